# SPDX-License-Identifier: Apache-2.0
"""The cheapest utility there is: what is left is the cost of asking."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "clients/python/src"))

import qpool


@qpool.utility
def first(x):
    return x[0]


if __name__ == "__main__":
    qpool.serve()
