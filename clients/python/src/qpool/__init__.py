# SPDX-License-Identifier: Apache-2.0
"""Quantilizer Pool in Python: draws from the top q of a distribution, with a certificate.

    >>> import qpool
    >>> job = qpool.Job(qpool.normal(dimension=2), utility="x[0] + x[1]", quantile=0.01, draws=5)
    >>> result = qpool.run(job)
    >>> result.values.shape, result.amplification
    ((5, 2), 100.0)

- Bases: `qpool.normal(...)` and one function for each that `qpool help bases` names, :func:`product`,
  :func:`mixture`, and :func:`rows` for data that Python holds.
- Methods and analyses: `qpool.method.splitting(...)`, `qpool.analysis.sweep(...)`, with all that they take.
- Verbs: :func:`run`, :func:`sweep`, :func:`estimate`, :func:`audit`, :func:`attack`, :func:`search`,
  :func:`plan`, :func:`check`.
- A pool: :class:`Pool`.
- A Python function may stand wherever a formula may; :func:`pickled` sends one that has no text.
- For files of one's own (docs/plugins.md): :func:`utility`, :func:`base`, :func:`serve`.

Everything is computed by the program `qpool` that comes along; the variable `QPOOL` names another.
"""

from . import _declared, analysis, method
from ._composed import mixture, product, rows
from ._declared import *  # noqa: F403
from ._errors import (
    Cancelled, Interrupted, JobError, JobFailed, MissingPackage, Problem, ProgramMissing, QpoolError,
    QpoolWarning, Refused, TimedOut, Unreachable, UsageError,
)
from ._frames import Table
from ._functions import pickled
from ._job import Job
from ._pool import Pool, PoolJob, Status
from ._program import program
from ._progress import Progress
from ._results import Analysis, Attack, Audit, Estimate, Result, Search, Sweep
from ._values import Base, null
from ._verbs import Plan, attack, audit, check, estimate, plan, run, search, sweep
from .plugin import base, serve, utility

__all__ = [
    "Analysis", "Attack", "Audit", "Base", "Cancelled", "Estimate", "Interrupted", "Job", "JobError",
    "JobFailed", "MissingPackage", "Plan", "Pool", "PoolJob", "Problem", "ProgramMissing", "Progress",
    "QpoolError", "QpoolWarning", "Refused", "Result", "Search", "Status", "Sweep", "Table", "TimedOut",
    "Unreachable", "UsageError", "analysis", "attack", "audit", "base", "check", "estimate", "method", "mixture", "null",
    "pickled", "plan", "product", "program", "rows", "run", "search", "serve", "sweep", "utility",
]
__all__ += _declared.__all__
