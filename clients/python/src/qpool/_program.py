# SPDX-License-Identifier: Apache-2.0
"""Where the program `qpool` is. Imports nothing heavy: the command line goes through here too."""

from __future__ import annotations

import os
import pathlib
import shutil
import sys

_CARRIED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bin", "qpool")


def program() -> str:
    """The program's path: what `QPOOL` names, else the one that came with this package, else the one
    in `PATH`.

    >>> program()                                                     # doctest: +SKIP
    '/usr/local/bin/qpool'
    """
    named = os.environ.get("QPOOL")
    if named:
        return named
    if os.access(_CARRIED, os.X_OK):
        return _CARRIED
    found = _searched()
    if found is None:
        raise FileNotFoundError(
            "there is no program `qpool`: this package was installed without it. "
            "a release's wheel brings it; or let the variable QPOOL name yours")
    return found


def _searched() -> str | None:
    """The first `qpool` in PATH that is not this package's own door to it."""
    own = os.path.realpath(sys.argv[0]) if sys.argv and sys.argv[0] else ""
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        found = shutil.which("qpool", path=folder)
        if found and os.path.realpath(found) != own:
            return found
    return None


def main() -> None:
    """The command `qpool`: the program takes this process's place."""
    try:
        path = program()
        os.execv(path, [path, *sys.argv[1:]])
    except OSError as error:
        sys.exit(f"qpool: {error}")


def state_folder(name: str) -> pathlib.Path:
    """A folder of ours where state is kept, beside the program's own journal."""
    home = os.environ.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local/state")
    folder = pathlib.Path(home) / "qpool" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
