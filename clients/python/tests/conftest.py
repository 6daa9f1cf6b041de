# SPDX-License-Identifier: Apache-2.0
"""A real coordinator and real workers on loopback."""

from __future__ import annotations

import os
import pathlib
import re
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

import qpool

ROOT = pathlib.Path(__file__).resolve().parents[3]
BOWL = {"base": {"normal": {"dimension": 2}}, "utility": "x[0] - x[1]", "quantile": 0.01,
        "samples": 20000, "draws": 7, "seed": 4}


class LocalPool:
    """A coordinator and its workers; all end with it."""

    def __init__(self, folder: pathlib.Path) -> None:
        self._folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []
        self._log = folder / "coordinator.log"
        coordinator = self._start(
            ["coordinator", "--listen", "tcp://127.0.0.1:0", "--in-memory", "--allow-plugins"], self._log)
        for _ in range(200):
            found = re.search(r"listening on (tcp://[0-9.:]+)", self._log.read_text())
            if found:
                break
            assert coordinator.poll() is None, self._log.read_text()
            try:
                coordinator.wait(0.05)
            except subprocess.TimeoutExpired:
                pass
        assert found is not None, self._log.read_text()
        self.endpoint = found[1]

    def _start(self, arguments: list[str], log: pathlib.Path) -> subprocess.Popen[bytes]:
        environment = dict(os.environ)
        environment["PATH"] = os.path.dirname(sys.executable) + os.pathsep + environment["PATH"]
        with open(log, "wb") as stream:
            process = subprocess.Popen(
                [qpool.program(), *arguments], stdout=stream, stderr=stream, env=environment)
        self._processes.append(process)
        return process

    def add_worker(self, *arguments: str) -> subprocess.Popen[bytes]:
        return self._start(
            ["worker", "--connect", self.endpoint, "--threads", "1", *arguments],
            self._folder / f"worker{len(self._processes)}.log")

    def stop(self) -> None:
        for process in reversed(self._processes):
            process.send_signal(signal.SIGTERM)
        for process in self._processes:
            try:
                process.wait(2)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(autouse=True)
def own_state(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept is kept in a folder of the test; what plugins import is this client."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("QPOOL_CONNECT", raising=False)


@pytest.fixture
def bare_pool(tmp_path: pathlib.Path) -> Iterator[LocalPool]:
    """A coordinator without workers."""
    pool = LocalPool(tmp_path)
    yield pool
    pool.stop()


@pytest.fixture
def pool(bare_pool: LocalPool) -> LocalPool:
    """A coordinator and a worker that runs functions that come as text."""
    bare_pool.add_worker("--allow-process", "python3 -m qpool.function source *")
    return bare_pool
