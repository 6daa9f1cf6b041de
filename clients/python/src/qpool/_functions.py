# SPDX-License-Identifier: Apache-2.0
"""Python functions as utilities and costs: what the job carries of them.

A function travels as the text of a small module: itself, the functions it calls, the imports and the
constants it uses. Comments and layout are left out, so the same function gives the same job. What has no
text can go by cloudpickle instead, where the operator of a worker allows that.
"""

from __future__ import annotations

import ast
import builtins
import dis
import inspect
import os
import sys
import sysconfig
import textwrap
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from ._errors import MissingPackage
from ._values import Formula, functions_by
from ._packing import WORDS, packed

_COMMAND = ["python3", "-m", "qpool.function"]


def source(function: Callable[..., Any]) -> tuple[str, str]:
    """The text of a module that has the function, and the function's name there.

    Raises:
        ValueError: where it uses something that has no text; the message says what.
    """
    wanted: dict[str, str] = {}
    name = _collect(function, wanted, set())
    return "\n".join(wanted.values()) + "\n", name


def _collect(function: Callable[..., Any], wanted: dict[str, str], seen: set[int]) -> str:
    """Adds the function and what it uses to the module; its name there."""
    if not isinstance(function, types.FunctionType):
        raise ValueError(
            f"{function!r} is no function that is written in Python: wrap it in one, "
            "`def utility(x): return …`")
    name, text = _text(function)
    if id(function) in seen:
        return name
    seen.add(id(function))
    for used, value in _used(function).items():
        if isinstance(value, types.ModuleType):
            wanted.setdefault(used, f"import {value.__name__} as {used}")
        elif isinstance(value, types.FunctionType) and _is_ours(value):
            there = _collect(value, wanted, seen)
            if there != used:
                wanted.setdefault(used, f"{used} = {there}")
        elif (ufunc := _ufunc(value)) is not None:
            wanted.setdefault(used, f"from numpy import {ufunc} as {used}")
        elif _is_importable(value):
            wanted.setdefault(used, f"from {value.__module__} import {value.__qualname__} as {used}")
        else:
            written = _constant(value)
            if written is None:
                raise ValueError(
                    f"{function.__name__} uses {used}, a {type(value).__name__}, which has no text: "
                    "hand the function over by cloudpickle, `qpool.pickled(function)`, or put it "
                    "into a file of its own (docs/plugins.md)")
            if "array(" in written:
                wanted.setdefault("numpy for constants", "from numpy import array, float64, int64")
            wanted.setdefault(used, f"{used} = {written}")
    wanted[name] = text
    return name


def _text(function: types.FunctionType) -> tuple[str, str]:
    try:
        written = textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError) as error:
        raise ValueError(
            f"{function.__name__} has no source text here: hand it over by cloudpickle, "
            "`qpool.pickled(function)`") from error
    if function.__name__ != "<lambda>":
        tree = ast.parse(written)
        definition = tree.body[0]
        assert isinstance(definition, (ast.FunctionDef, ast.AsyncFunctionDef))
        # Decorators register a function for a file of its own; types may be of modules that are not sent.
        definition.decorator_list = []
        definition.returns = None
        for argument in ast.walk(definition.args):
            if isinstance(argument, ast.arg):
                argument.annotation = None
        return definition.name, ast.unparse(tree)
    found = [node for node in ast.walk(_parsed(written)) if isinstance(node, ast.Lambda)]
    if len(found) != 1:
        raise ValueError("which lambda is meant its line does not tell: `def` a function with a name")
    return "utility", f"utility = {ast.unparse(found[0])}"


def _parsed(line: str) -> ast.AST:
    """A line that may be the middle of an expression."""
    for text in (line, f"({line.strip().rstrip(',')})", line[line.index("lambda"):].rstrip(" \n,)")):
        try:
            return ast.parse(text)
        except SyntaxError:
            continue
    raise ValueError("the lambda's line cannot be read by itself: `def` a function with a name")


def _used(function: types.FunctionType) -> dict[str, Any]:
    """The names outside the function that it uses, with their values."""
    names: dict[str, Any] = {}
    for variable, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
        names[variable] = cell.cell_contents
    pending = [function.__code__]
    while pending:
        code = pending.pop()
        pending += [inner for inner in code.co_consts if isinstance(inner, types.CodeType)]
        for step in dis.get_instructions(code):
            if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
                name = str(step.argval)
                if name in function.__globals__:
                    names.setdefault(name, function.__globals__[name])
                elif not hasattr(builtins, name):
                    raise ValueError(f"{function.__name__} uses {name}, which there is not (yet)")
    return names


def _is_ours(function: types.FunctionType) -> bool:
    """Whether it is of the notebook or the script rather than of an installed package."""
    return function.__module__ in ("__main__", None) or not _is_importable(function)


def _is_importable(value: Any) -> bool:
    """Whether a worker that has the same packages finds it by its name."""
    name, module = getattr(value, "__qualname__", None), getattr(value, "__module__", None)
    if not isinstance(name, str) or not name.isidentifier() or not isinstance(module, str):
        return False
    if module == "__main__" or getattr(sys.modules.get(module), name, None) is not value:
        return False
    file = getattr(sys.modules[module], "__file__", None) or ""
    return not file or "site-packages" in file or "dist-packages" in file or "/lib/python" in file


def _ufunc(value: Any) -> str | None:
    """NumPy's name of one of its own elementwise functions."""
    name = getattr(value, "__name__", None) if isinstance(value, np.ufunc) else None
    return name if isinstance(name, str) and getattr(np, name, None) is value else None


def _constant(value: Any) -> str | None:
    """A text whose value it is; None where there is none."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in "fiub":
            return None
        return f"array({value.tolist()!r}, dtype={value.dtype.name!r})".replace(
            "nan", "float('nan')").replace("inf", "float('inf')")
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return repr(value) if np.isfinite(value) else f"float({str(value)!r})"
    if value is None or isinstance(value, (bool, int, str, bytes)):
        return repr(value)
    if isinstance(value, (list, tuple, set, dict)):
        parts = [*value.keys(), *value.values()] if isinstance(value, dict) else list(value)
        if all(type(part) in (bool, int, float, str) and part == part for part in parts) and all(
            not isinstance(part, float) or np.isfinite(part) for part in parts
        ):
            return repr(value)
    return None


def _process(kind: str, name: str, data: bytes) -> dict[str, Any]:
    words = packed(data)
    if len(words) > WORDS:
        raise ValueError(
            f"{name} takes {sum(map(len, words))} bytes, a job carries {WORDS} words of 4,000: put it "
            "into a file of its own, and what it needs beside it (docs/plugins.md)")
    return {"process": {"command": [*_COMMAND, kind, name, *words]}}


def sent(function: Callable[..., Any]) -> Formula:
    """The function as a plugin, by its text; what a job makes of a bare function.

    >>> def bowl(x):
    ...     return -(x ** 2).sum(axis=0)
    >>> sent(bowl)["process"]["command"][:5]                          # doctest: +SKIP
    ['python3', '-m', 'qpool.function', 'source', 'bowl']
    """
    text, name = source(function)
    return _process("source", name, text.encode())


def pickled(function: Callable[..., Any]) -> Formula:
    """The function as a plugin, by cloudpickle: whatever it uses goes along, whatever it is.

    A worker must allow `python3 -m qpool.function pickle *` and have the same Python and packages; other
    bytes for the same function make another job.

    Example:
        >>> qpool.Job(base, utility=qpool.pickled(model.predict), quantile=0.01)     # doctest: +SKIP
    """
    try:
        import cloudpickle
    except ImportError as error:
        raise MissingPackage("pip install cloudpickle") from error
    name = getattr(function, "__name__", type(function).__name__)
    name = name if name.isidentifier() else "utility"
    return _process("pickle", name, _by_value(cloudpickle, function))


def _by_value(cloudpickle: Any, function: Callable[..., Any]) -> bytes:
    """The function itself, not the name of the file that it stands in: a worker does not have that file."""
    module = sys.modules.get(getattr(function, "__module__", None) or "")
    path = getattr(module, "__file__", None)
    # What is installed is there as well where the packages are; __main__ goes by value anyway.
    own = path is not None and not path.startswith(sysconfig.get_paths()["stdlib"]) and not any(
        f"{os.sep}{part}{os.sep}" in path for part in ("site-packages", "dist-packages"))
    if module is None or not own or module.__name__ == "__main__":
        return bytes(cloudpickle.dumps(function, protocol=4))
    known = module.__name__ in cloudpickle.list_registry_pickle_by_value()
    if not known:
        cloudpickle.register_pickle_by_value(module)
    try:
        return bytes(cloudpickle.dumps(function, protocol=4))
    finally:
        if not known:
            cloudpickle.unregister_pickle_by_value(module)


functions_by(sent)
