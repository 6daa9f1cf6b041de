# SPDX-License-Identifier: Apache-2.0
"""Serves a function that travels in the words of its command.

    python3 -m qpool.function source NAME WORD…     a module's text, and the function's name in it
    python3 -m qpool.function pickle NAME WORD…     what cloudpickle made of the function

The words are base64 of zlib. Whoever allows such a command on a worker lets clients run what they send:

    qpool worker --allow-process "python3 -m qpool.function source *"
"""

from __future__ import annotations

import pickle
import sys
from typing import Any

from ._packing import unpacked
from .plugin import serve

def load(kind: str, name: str, words: list[str]) -> Any:
    """The function."""
    data = unpacked(words)
    if kind == "pickle":
        return pickle.loads(data)
    if kind != "source":
        raise ValueError(f"source or pickle, not {kind}")
    module: dict[str, Any] = {"__name__": "qpool_function"}
    exec(compile(data, "<the function of the job>", "exec"), module)
    return module[name]


def main() -> None:
    """Serves the function that the command's words carry."""
    if len(sys.argv) < 4:
        sys.exit(f"qpool.function: {__doc__}")
    kind, name, *words = sys.argv[1:]
    serve(load(kind, name, words))


if __name__ == "__main__":
    main()
