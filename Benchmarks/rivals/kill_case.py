# SPDX-License-Identifier: Apache-2.0
"""One case of kills.py: a job of 32 tasks on one system, and a process of it killed after 0.7 s.

Prints `STARTED` once the job runs, and `CASE {"outcome": …, "seconds": …}` when it is over, then once
more for another job; seconds count from the job's start.
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time

TASKS, AFTER = 32, 0.7
clock = time.perf_counter


def task(number):
    """About 0.2 s of one core."""
    import time
    end = time.perf_counter() + 0.2
    while time.perf_counter() < end:
        pass
    return number * number


EXPECTED = [number * number for number in range(TASKS)]


def process_number(_=None):
    import os
    import time
    time.sleep(0.05)
    return os.getpid()


def report(outcome, start):
    print("CASE " + json.dumps({"outcome": outcome, "seconds": clock() - start}), flush=True)
    # The frameworks' own clean-up may wait for what was killed: kills.py ends everything.
    os._exit(0)


def kill_later(*numbers):
    """Kills processes 0.7 s from now; returns the job's start."""
    def kill():
        for number in numbers:
            os.kill(number, signal.SIGKILL)

    print("STARTED", flush=True)
    threading.Timer(AFTER, kill).start()
    return clock()


def conclude(start, wait, again):
    """Waits for the job, then for another one (`again`), which shows whether the pool lives."""
    try:
        values = list(wait())
    except BaseException as error:
        report(f"failed ({type(error).__name__})", start)
    if values != EXPECTED:
        report("wrong answer", start)
    print("CASE " + json.dumps(
        {"outcome": "finished", "seconds": clock() - start, "more": True}), flush=True)
    try:
        more = list(again())
    except BaseException as error:
        report(f"the next job failed ({type(error).__name__})", start)
    report("the next job finished" if more == EXPECTED[:4] else "the next job is wrong", start)


def child(word):
    """The number of the first process below this one whose command has a word."""
    import psutil
    for process in psutil.Process().children(recursive=True):
        try:
            if any(word in part for part in process.cmdline()):
                return process.pid
        except psutil.Error:
            continue
    sys.exit(f"no process of {word}")


def dask(case):
    from dask.distributed import Client
    folder = tempfile.mkdtemp()
    tools = pathlib.Path(sys.executable).parent

    def scheduler(port):
        return subprocess.Popen(
            [tools / "dask", "scheduler", "--host", "127.0.0.1", "--port", str(port),
             "--dashboard-address", ":0"], cwd=folder)

    first = scheduler(18786)
    address = "tcp://127.0.0.1:18786"
    for _ in range(2):
        subprocess.Popen(
            [tools / "dask", "worker", address, "--nthreads", "1", "--nworkers", "1",
             "--no-dashboard"], cwd=folder)
    client = Client(address, timeout=60)
    client.wait_for_workers(2, timeout=60)
    target = first.pid if case == "coordinator" else list(client.run(os.getpid).values())[0]
    start = kill_later(target)
    futures = client.map(task, range(TASKS), retries=3 if case == "worker-retries" else None)
    if case == "coordinator":
        threading.Timer(AFTER + 1, scheduler, (18786,)).start()
    conclude(start, lambda: client.gather(futures),
             lambda: client.gather(client.map(task, range(4), pure=False)))


def ray(case):
    import ray
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    options = {"max_retries": 3} if case == "worker-retries" else {}
    remote = ray.remote(task)
    numbers = ray.get([ray.remote(process_number).remote() for _ in range(2)])
    if case == "coordinator":
        target = child("gcs_server")
        start = kill_later(target)
    else:
        start = kill_later(numbers[0])
    references = [remote.options(**options).remote(number) for number in range(TASKS)]
    conclude(start, lambda: ray.get(references),
             lambda: ray.get([ray.remote(task).remote(number) for number in range(4)]))


def ipyparallel(case):
    import ipyparallel
    cluster = ipyparallel.Cluster(n=2)
    client = cluster.start_and_connect_sync()
    numbers = client[:].apply_sync(process_number)
    view = client.load_balanced_view()
    if case == "worker-retries":
        view.retries = 3
    if case == "coordinator":
        import psutil
        controller = psutil.Process(child("ipyparallel.controller"))
        targets = [process.pid for process in controller.children(recursive=True)]
        start = kill_later(controller.pid, *targets)
    else:
        start = kill_later(numbers[0])
    answer = view.map_async(task, range(TASKS), chunksize=1)
    conclude(start, answer.get, lambda: view.map_sync(task, range(4)))


def parsl(case):
    import parsl as library
    from parsl.config import Config
    from parsl.executors import HighThroughputExecutor
    from parsl.providers import LocalProvider
    os.chdir(tempfile.mkdtemp())
    library.load(Config(
        retries=3 if case == "worker-retries" else 0,
        executors=[HighThroughputExecutor(
            label="htex", address="127.0.0.1", max_workers_per_node=2,
            provider=LocalProvider(init_blocks=1, max_blocks=1))]))
    application = library.python_app(task)
    numbers = [future.result() for future in
               [library.python_app(process_number)(number) for number in range(2)]]
    target = child("interchange") if case == "coordinator" else numbers[0]
    start = kill_later(target)
    futures = [application(number) for number in range(TASKS)]
    conclude(start, lambda: [future.result() for future in futures],
             lambda: [application(number).result() for number in range(4)])


def qpool(case):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
    import poolwire as wire
    folder = tempfile.mkdtemp()
    text = os.path.join(folder, "job.yaml")
    # 32 leases; utility and size make one about 0.2 s of one core.
    with open(text, "w") as file:
        file.write("base: { normal: { dimension: 4 } }\nquantile: 1e-4\nsamples: 67108864\n"
                   'utility: "sum(erf(x)) + sin(3*x[1]) - lgamma(2 + x[0]^2)"\n')
    tool = wire.find_qpool()
    local = subprocess.run([tool, "run", text, "-o", "json", "--quiet"], check=True,
                           capture_output=True, text=True).stdout
    options = ["--store", os.path.join(folder, "pool.sqlite"), "--lease-samples",
               "2097152..2097152"]
    first = wire.Coordinator(folder, *options)
    workers = [subprocess.Popen([tool, "worker", "--threads", "1", "--connect", first.endpoint])
               for _ in range(2)]
    while subprocess.run([tool, "workers", "-o", "jsonl", "--connect", first.endpoint],
                         capture_output=True, text=True).stdout.count("\n") < 2:
        time.sleep(0.05)
    start = kill_later(first.process.pid if case == "coordinator" else workers[0].pid)
    if case == "coordinator":
        threading.Timer(
            AFTER + 1, lambda: wire.Coordinator(folder, *options, port=first.address[1])).start()
    done = subprocess.run(
        [tool, "submit", text, "--wait", "--quiet", "-o", "json", "--connect", first.endpoint],
        capture_output=True, text=True)
    if done.returncode != 0:
        report(f"failed ({done.stderr.strip()})", start)
    timings = __import__("re").compile(r",?\s*\"timings\"\s*:\s*\{[^}]*\}")
    same = timings.sub("", done.stdout) == timings.sub("", local)
    if not same:
        report("wrong answer", start)
    print("CASE " + json.dumps(
        {"outcome": "finished", "seconds": clock() - start, "more": True}), flush=True)
    again = subprocess.run(
        [tool, "submit", text, "--wait", "--quiet", "-o", "json", "--connect", first.endpoint],
        capture_output=True, text=True)
    same = timings.sub("", again.stdout) == timings.sub("", local)
    report(f"the next job {'finished' if same else 'failed'}", start)


if __name__ == "__main__":
    globals()[sys.argv[1]](sys.argv[2])
