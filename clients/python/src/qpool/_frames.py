# SPDX-License-Identifier: Apache-2.0
"""Tables as frames of whatever is installed: pandas, polars, pyarrow."""

from __future__ import annotations

import html
import importlib.util
import os
from collections.abc import Iterator, Sequence
from typing import Any

from ._errors import MissingPackage

_WORDS = {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}


def number(value: Any) -> Any:
    """A number that JSON has only a word for, as a number; anything else as it is.

    >>> number("-inf")
    -inf
    """
    return _WORDS.get(value, value) if isinstance(value, str) else value


class Table:
    """Rows with named columns.

    >>> Table(["a", "b"], [[1, 2.5], [2, "inf"]]).column("b")
    [2.5, inf]
    """

    def __init__(self, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        self.columns = list(columns)
        """Their names."""
        self.rows = [[number(value) for value in row] for row in rows]
        """The rows, each a list."""

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (dict(zip(self.columns, row)) for row in self.rows)

    def __getitem__(self, place: int) -> dict[str, Any]:
        return dict(zip(self.columns, self.rows[place]))

    def column(self, name: str) -> list[Any]:
        """A column's values."""
        place = self.columns.index(name)
        return [row[place] for row in self.rows]

    def frame(self, package: str | None = None) -> Any:
        """A frame of `pandas` or `polars`; without a name, of the first that is installed."""
        for name in [package] if package else ["pandas", "polars"]:
            if name not in ("pandas", "polars"):
                raise ValueError(f"pandas or polars, not {name}")
            if importlib.util.find_spec(name) is None:
                continue
            columns = {name: self.column(name) for name in self.columns}
            if name == "pandas":
                import pandas

                return pandas.DataFrame(columns)
            import polars

            return polars.DataFrame(columns, strict=False)
        raise MissingPackage(f"a frame needs a package: pip install {package or 'pandas'}")

    @property
    def df(self) -> Any:
        """A frame of pandas, or of polars where only that is installed."""
        return self.frame()

    def to_parquet(self, path: str | os.PathLike[str]) -> None:
        """Writes a Parquet file, by pyarrow."""
        if importlib.util.find_spec("pyarrow") is None:
            raise MissingPackage("a Parquet file needs a package: pip install pyarrow")
        import pyarrow
        import pyarrow.parquet

        columns = {name: self.column(name) for name in self.columns}
        pyarrow.parquet.write_table(pyarrow.table(columns), os.fspath(path))

    def __repr__(self) -> str:
        return f"Table({len(self.rows)} rows of {', '.join(self.columns)})"

    def _repr_html_(self) -> str:
        shown = 20
        head = "".join(f"<th>{html.escape(name)}</th>" for name in self.columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(figure(value))}</td>" for value in row) + "</tr>"
            for row in self.rows[:shown])
        more = f"<small>{len(self.rows) - shown} rows more</small>" if len(self.rows) > shown else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def figure(value: Any) -> str:
    """A value for people: five digits of a number."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.5g}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(figure(part) for part in value) + "]"
    return str(value)
