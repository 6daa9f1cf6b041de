# SPDX-License-Identifier: Apache-2.0
"""Bases that are made of others: products, mixtures, and rows of data that Python holds."""

from __future__ import annotations

import hashlib
import io
import os
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from ._declared import empirical
from ._program import state_folder
from ._values import Base, BaseLike, plain


def product(**marginals: BaseLike) -> Base:
    """Independent named marginals, side by side; formulas use their names.

    Example:
        >>> product(value=Base({"normal": {}}), error={"student-t": {"df": 3}})
        Base({'product': {'value': {'normal': {}}, 'error': {'student-t': {'df': 3}}}})
    """
    return Base({"product": marginals})


def mixture(*components: BaseLike | tuple[float, BaseLike], labels: Sequence[str] | None = None) -> Base:
    """One of several bases of one dimension, chosen for each sample by its weight.

    Args:
        components: Bases, or pairs of a weight and a base. Without weights all are as likely.
        labels: A label for each, as an audit shows it. Not given: their numbers.

    Example:
        >>> mixture((0.9, Base({"normal": {}})), (0.1, Base({"normal": {"sd": 10}})))
        Base({'mixture': [{'weight': 0.9, 'normal': {}}, {'weight': 0.1, 'normal': {'sd': 10}}]})
    """
    nodes = []
    for number, component in enumerate(components):
        weight, base = component if isinstance(component, tuple) else (None, component)
        node: dict[str, Any] = {}
        if labels is not None:
            node["label"] = labels[number]
        if weight is not None:
            node["weight"] = weight
        inner = plain(base)
        nodes.append({**node, **(inner if isinstance(inner, dict) else {inner: None})})
    return Base({"mixture": nodes})


def rows(
    data: Any, *, columns: Sequence[str] | None = None, weights: str | None = None,
    smooth: float | str | None = None,
) -> Base:
    """Rows of an array or a frame, drawn with replacement: an `empirical` base of data that Python holds.

    They are written to a file named by their digest below `~/.local/state/qpool/rows`, and travel with
    the job from there.

    Args:
        data: An array of two dimensions, a row for each observation; a pandas or polars frame; or a
            mapping of names to columns.
        columns: The columns that are the values, for an array their names. Not given: all others.
        weights: The column of the rows' weights. Not given: rows are alike.
        smooth: As of `empirical`.

    Example:
        >>> base = qpool.rows(frame, columns=["height", "weight"])      # doctest: +SKIP
    """
    if hasattr(data, "columns") or isinstance(data, dict):
        named = {str(name): np.asarray(data[name]) for name in getattr(data, "columns", data)}
    else:
        table = np.asarray(data, dtype=float)
        table = table[:, None] if table.ndim == 1 else table
        if table.ndim != 2:
            raise ValueError(f"rows take an array of two dimensions, this has {table.ndim}")
        names = list(columns) if columns is not None else [f"x{i}" for i in range(table.shape[1])]
        if len(names) != table.shape[1]:
            raise ValueError(f"{len(names)} names for {table.shape[1]} columns")
        named = dict(zip(names, table.T))
    text = io.StringIO()
    text.write(",".join(_cell(name) for name in named) + "\n")
    for values in zip(*(column.tolist() for column in named.values())):
        text.write(",".join(_cell(value) for value in values) + "\n")
    written = text.getvalue().encode()
    folder = state_folder("rows")
    path = folder / (hashlib.sha256(written).hexdigest()[:16] + ".csv")
    if not path.exists():
        _write(path, written)
    return empirical(file=path, columns=columns, weights=weights, smooth=smooth)


def _cell(value: Any) -> str:
    words = value if isinstance(value, str) else repr(value)
    return '"' + words.replace('"', '""') + '"' if any(c in words for c in ',"\n\r') else words


def _write(path: pathlib.Path, data: bytes) -> None:
    """Whole or not at all."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(data)
    os.replace(beside, path)
