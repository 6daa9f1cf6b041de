# SPDX-License-Identifier: Apache-2.0
"""Workers of a pool on a Dask cluster: one beside each of Dask's, for as long as that lives.

    python3 dask_workers.py worker-dask.yaml --scheduler tcp://scheduler:8786

Dask starts and stops machines (dask-jobqueue, Kubernetes, `cluster.adapt`); whichever it starts joins the pool too.
`qpool` has to be on every node; the connection file is read here and sent along. Ctrl-C lets all of them leave.
"""
import argparse
import ctypes
import pathlib
import signal
import subprocess
import tempfile
import threading

from distributed import Client, WorkerPlugin


def ends_with_its_parent() -> None:
    die_with_parent = 1
    ctypes.CDLL(None).prctl(die_with_parent, signal.SIGTERM)


class Worker(WorkerPlugin):
    """Runs `qpool worker` from a Dask worker's start to its end."""

    name = "qpool"

    def __init__(self, program: str, connection: str):
        self.program, self.connection = program, connection

    def setup(self, worker) -> None:
        self.folder = tempfile.TemporaryDirectory()
        file = pathlib.Path(self.folder.name) / "connection.yaml"
        file.touch(mode=0o600)
        file.write_text(self.connection)
        command = [self.program, "worker", "--connect", str(file), "--threads", str(worker.state.nthreads)]
        self.process = subprocess.Popen(command, preexec_fn=ends_with_its_parent)

    def teardown(self, worker) -> None:
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("connection", type=pathlib.Path, help="a worker's file, of `qpool keygen`")
    parser.add_argument("--scheduler", required=True, help="of the Dask cluster")
    parser.add_argument("--qpool", default="qpool", help="the program, on every node")
    arguments = parser.parse_args()
    with Client(arguments.scheduler) as client:
        client.register_plugin(Worker(arguments.qpool, arguments.connection.read_text()))
        left = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: left.set())
        try:
            left.wait()
        except KeyboardInterrupt:
            pass
        finally:
            client.unregister_worker_plugin(Worker.name)


if __name__ == "__main__":
    main()
