# SPDX-License-Identifier: Apache-2.0
"""Workers of a pool on a Ray cluster: Ray places and replaces them, qpool samples.

    python3 ray_workers.py worker-ray.yaml --workers 16 --cores 4

Each worker is an actor with so many of Ray's processors. An actor whose node is lost is placed again elsewhere, and
the ranges that it had go to others meanwhile. Ctrl-C, or the end of this program, lets all of them leave.
`qpool` has to be on every node; the connection file is read here and sent along.
"""
import argparse
import ctypes
import pathlib
import signal
import subprocess
import tempfile

import ray


def ends_with_its_parent() -> None:
    """Of a child process, before its program: an actor that is killed takes its worker along."""
    die_with_parent = 1
    ctypes.CDLL(None).prctl(die_with_parent, signal.SIGTERM)


@ray.remote(max_restarts=-1, max_task_retries=-1)
class Worker:
    def work(self, program: str, connection: str, cores: int) -> int:
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "connection.yaml"
            file.touch(mode=0o600)
            file.write_text(connection)
            command = [program, "worker", "--connect", str(file), "--threads", str(cores)]
            return subprocess.run(command, preexec_fn=ends_with_its_parent).returncode


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("connection", type=pathlib.Path, help="a worker's file, of `qpool keygen`")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--cores", type=int, default=1, help="of each worker")
    parser.add_argument("--qpool", default="qpool", help="the program, on every node")
    parser.add_argument("--address", help="of the Ray cluster; default: the one that is running, else one on this machine")
    arguments = parser.parse_args()
    ray.init(address=arguments.address)
    actors = [Worker.options(num_cpus=arguments.cores).remote() for _ in range(arguments.workers)]
    text = arguments.connection.read_text()
    waiting = [actor.work.remote(arguments.qpool, text, arguments.cores) for actor in actors]
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C
    try:
        # A worker ends by itself only where the coordinator refuses it.
        while waiting:
            ended, waiting = ray.wait(waiting)
            for each in ended:
                print("a worker ended with status", ray.get(each))
    except KeyboardInterrupt:
        pass
    finally:
        ray.shutdown()


if __name__ == "__main__":
    main()
