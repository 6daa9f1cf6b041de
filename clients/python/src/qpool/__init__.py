# SPDX-License-Identifier: Apache-2.0
"""Utilities and costs in Python for Quantilizer Pool.

    import qpool

    @qpool.utility
    def bowl(x):                       # x[i] holds component i of every sample of a batch
        return -((x - 0.5) ** 2).sum(axis=0)

    if __name__ == "__main__":
        qpool.serve()

and in the job file

    utility: { process: { command: [python3, bowl.py] } }

The protocol is told in docs/plugins.md.
"""
from .plugin import serve, utility

__all__ = ["serve", "utility"]
