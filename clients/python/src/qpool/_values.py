# SPDX-License-Identifier: Apache-2.0
"""Values of a job: what Python and NumPy have, as JSON has it."""

from __future__ import annotations

import html
import json
import math
import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Union

import numpy as np

Number = Union[int, float, str, "np.number[Any]"]
"""A number, also as the text `1e8`, `1_000` or `1%`."""
Numbers = Union[Sequence[Any], "np.ndarray[Any, Any]"]
"""Several numbers: a list or an array; of two dimensions where a matrix is wanted."""
Function = Callable[["np.ndarray[Any, Any]"], Any]
"""Of an array with a row for each component and a column for each sample; a number a sample."""
Formula = Union[str, float, Function, Mapping[str, Any]]
"""A formula, a Python function, or a plugin as the job file writes it."""
Formulas = Union[Formula, Mapping[str, Formula]]


class Null:
    """`null` in a job: `max_tokens=qp.null` is not the same as leaving it out."""

    def __repr__(self) -> str:
        return "null"


null = Null()
"""`null` in a job file. None means: not given."""


class Node:
    """A part of a job that was made by a function of its own."""

    def __init__(self, node: Mapping[str, Any]) -> None:
        self.node: dict[str, Any] = plain(node)
        """What stands in the job file."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.node!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and other.node == self.node

    def __hash__(self) -> int:
        return hash(repr(self.node))

    def _repr_html_(self) -> str:
        return f"<code>{html.escape(repr(self.node))}</code>"


class Base(Node):
    """A base distribution, as `qp.normal(mean=[0, 1])` makes it.

    >>> Base({"normal": {"dimension": 2}})
    Base({'normal': {'dimension': 2}})
    """


class Method(Node):
    """How a job is answered, as `qp.method.splitting(particles=4096)` makes it."""


class Settings(Node):
    """What stands under an analysis's key, as `qp.analysis.attack(kl=2)` makes it."""


BaseLike = Union[Base, str, Mapping[str, Any]]
"""A base: made by `qp.normal(...)` and its like, or as the job file writes it."""
MethodLike = Union[Method, str, Mapping[str, Any]]
"""A method: made by `qp.method.exact()` and its like, or as the job file writes it."""
SettingsLike = Union[Settings, Mapping[str, Any]]
"""An analysis: made by `qp.analysis.sweep()` and its like, or as the job file writes it."""

_functions: list[Callable[[Any], Any]] = []


def functions_by(send: Callable[[Any], Any]) -> None:
    """What makes a plugin of a Python function."""
    _functions[:] = [send]


def plain(value: Any) -> Any:
    """The value as JSON can hold it; NumPy's numbers and arrays, paths, bases and functions too.

    >>> plain({"mean": np.array([0.0, 1.5]), "dimension": np.int64(2)})
    {'mean': [0.0, 1.5], 'dimension': 2}
    """
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, Null):
        return None
    if isinstance(value, Node):
        return value.node
    if isinstance(value, float):
        # JSON has no words for these; the job's reader has, and says where they do not belong.
        if math.isfinite(value):
            return value
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    if isinstance(value, (np.generic, np.ndarray)):
        return plain(value.tolist())
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if callable(value) and _functions:
        return _functions[0](value)
    if isinstance(value, range) or isinstance(value, Sequence):
        return [plain(inner) for inner in value]
    if hasattr(value, "to_numpy"):  # a column of a frame
        return plain(value.to_numpy())
    raise TypeError(f"a job cannot hold a {type(value).__name__}: {value!r}")


_NUMBER = re.compile(r"[+-]?[0-9][0-9_]*(\.[0-9_]*)?([eE][+-]?[0-9]+)?%?")


def written(value: Any, indent: str = "") -> str:
    """A job's text: JSON, with numbers as texts left bare, `1%` and `1e8`, as job files write them.

    >>> print(written({"quantile": "1%", "utility": "x[0]"}))
    {
      "quantile": 1%,
      "utility": "x[0]"
    }
    """
    inner = indent + "  "
    if isinstance(value, dict) and value:
        parts = [f"{inner}{json.dumps(key)}: {written(part, inner)}" for key, part in value.items()]
        return "{\n" + ",\n".join(parts) + f"\n{indent}}}"
    if isinstance(value, list):
        return "[" + ", ".join(written(part, inner) for part in value) + "]"
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return value
    return json.dumps(value, ensure_ascii=False)


def given(**keys: Any) -> dict[str, Any]:
    """The keys that are not None, as a job file writes them."""
    return {name: plain(value) for name, value in keys.items() if value is not None}
