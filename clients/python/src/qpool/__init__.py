# SPDX-License-Identifier: Apache-2.0
"""Jobs, utilities, costs and bases in Python for Quantilizer Pool.

    result = qpool.run({"base": {"normal": {"dimension": 2}}, "utility": "x[0]", "quantile": 0.01})
    result.values                      # the draws, a row each; result["certificate"] and so on

`run` answers a job, a dictionary or a file's path, on this machine; `submit`, `wait` and `result` go to
a pool. They call the program `qpool`, or what the variable QPOOL names.

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
from .client import Failed, Result, result, run, submit, wait
from .plugin import base, serve, utility

__all__ = ["Failed", "Result", "base", "result", "run", "serve", "submit", "utility", "wait"]
