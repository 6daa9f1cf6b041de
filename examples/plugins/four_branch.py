# SPDX-License-Identifier: Apache-2.0
"""The four-branch system in NumPy: how far a sample is beyond the nearest of four limit states."""
import math
import pathlib
import sys

# Not needed after `pip install ./clients/python`.
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "clients/python/src"))

import numpy as np
import qpool

ROOT = math.sqrt(2)


@qpool.utility
def four_branch(x):
    d = x[0] - x[1]
    s = (x[0] + x[1]) / ROOT
    bend = 3 + 0.1 * (d * d)
    return -np.minimum(np.minimum(bend - s, bend + s), np.minimum(d + 7 / ROOT, 7 / ROOT - d))


if __name__ == "__main__":
    qpool.serve()
