# SPDX-License-Identifier: Apache-2.0
"""One case of throughput.py: a system with two workers of one thread does a job.

    throughput_case.py SYSTEM G|E|tasks SAMPLES

Prints `CASE {…}`: `start`, seconds until both workers have answered; for G and E `seconds` of the job and
`rate`; for tasks `rate`, tasks that do nothing a second, and `median` and `p99` of their round trips, one
at a time, in microseconds.
"""
import collections
import json
import os
import pathlib
import select
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
os.environ["PYTHONPATH"] = f"{HERE.parent}:{os.environ.get('PYTHONPATH', '')}"
import numpy_workloads  # noqa: E402  (after the path that leads to it)

TASKS, MANY, TRIPS = 8, 2_000, 300
clock = time.perf_counter


def share(arguments):
    """Top k of one of eight shares, with the task's own seed: NumPy does the work."""
    import numpy_workloads
    name, number, count, kept = arguments
    return numpy_workloads.top(name, 1 + number, number * count, count, kept)


def nothing(number):
    return number


def who(_):
    import os
    import time
    time.sleep(0.05)
    return os.getpid()


def report(**values):
    print("CASE " + json.dumps(values), flush=True)
    os._exit(0)


def measure(start, workload, samples, spread, one):
    """`spread` maps a function over a list on the workers, `one` calls it once, both wait."""
    while len(set(spread(who, range(4)))) < 2:
        pass
    started = clock() - start
    if workload == "tasks":
        begin = clock()
        assert list(spread(nothing, range(MANY))) == list(range(MANY))
        rate = MANY / (clock() - begin)
        trips = []
        for number in range(TRIPS):
            begin = clock()
            one(nothing, number)
            trips.append((clock() - begin) * 1e6)
        trips.sort()
        report(start=started, rate=rate, median=trips[TRIPS // 2], p99=trips[TRIPS * 99 // 100])
    import numpy
    begin = clock()
    kept, each = samples // 1000, samples // TASKS
    parts = list(spread(share, [(workload, number, each, kept) for number in range(TASKS)]))
    values, indices = numpy_workloads.cut(
        numpy.concatenate([v for v, _ in parts]), numpy.concatenate([i for _, i in parts]), kept)
    seconds = clock() - begin
    assert len(values) == len(set(indices.tolist())) == kept
    report(start=started, seconds=seconds, rate=samples / seconds)


def processes(workload, samples):
    import multiprocessing
    start = clock()
    pool = multiprocessing.Pool(2)
    measure(start, workload, samples, lambda f, xs: pool.map(f, xs, 1), lambda f, x: pool.apply(f, (x,)))


def dask(workload, samples):
    from dask.distributed import Client
    start = clock()
    client = Client(n_workers=2, threads_per_worker=1, dashboard_address=None)
    client.wait_for_workers(2)
    measure(start, workload, samples,
            lambda f, xs: client.gather(client.map(f, list(xs), pure=False)),
            lambda f, x: client.submit(f, x, pure=False).result())


def ray(workload, samples):
    import ray as library
    start = clock()
    library.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    remote = {f: library.remote(f) for f in (who, nothing, share)}
    measure(start, workload, samples,
            lambda f, xs: library.get([remote[f].remote(x) for x in xs]),
            lambda f, x: library.get(remote[f].remote(x)))


def ipyparallel(workload, samples):
    import ipyparallel as library
    start = clock()
    client = library.Cluster(n=2).start_and_connect_sync()
    view = client.load_balanced_view()
    measure(start, workload, samples,
            lambda f, xs: view.map_async(f, list(xs), chunksize=1).get(), view.apply_sync)


def parsl(workload, samples):
    import parsl as library
    from parsl.config import Config
    from parsl.executors import HighThroughputExecutor
    from parsl.providers import LocalProvider
    os.chdir(tempfile.mkdtemp())
    start = clock()
    library.load(Config(executors=[HighThroughputExecutor(
        label="htex", address="127.0.0.1", max_workers_per_node=2,
        provider=LocalProvider(init_blocks=1, max_blocks=1))]))
    applications = {f: library.python_app(f) for f in (who, nothing, share)}

    def spread(function, values):
        futures = [applications[function](value) for value in values]
        return [future.result() for future in futures]

    measure(start, workload, samples, spread, lambda f, x: applications[f](x).result())


def numba(workload, samples):
    """No pool: two threads in this process; to start is to compile."""
    import numpy
    from numba import njit, prange
    start = clock()

    @njit(parallel=True)
    def utilities_g(count):
        u = numpy.empty(count)
        for i in prange(count):
            total = 0.0
            for j in range(10):
                x = numpy.random.standard_normal()
                total -= (x - 0.5) * (x - 0.5)
                if j == 0:
                    total -= (x - 1) * (x - 1)
                elif j == 1:
                    total += numpy.sin(3 * x)
            u[i] = total
        return u

    @njit(parallel=True)
    def utilities_e(count):
        u = numpy.empty(count)
        for i in prange(count):
            u[i] = numpy.random.standard_exponential()
        return u

    function = utilities_g if workload == "G" else utilities_e
    function(1_000)
    started = clock() - start
    begin = clock()
    kept, chunk = samples // 1000, 1 << 20
    values, indices = numpy.empty(0), numpy.empty(0, dtype=numpy.int64)
    floor = -numpy.inf
    for first in range(0, samples, chunk):
        u = function(min(chunk, samples - first))
        above = numpy.flatnonzero(u > floor)
        values = numpy.concatenate([values, u[above]])
        indices = numpy.concatenate([indices, above + first])
        if values.size > 4 * kept:
            values, indices = numpy_workloads.cut(values, indices, kept)
            floor = values.min()
    values, indices = numpy_workloads.cut(values, indices, kept)
    seconds = clock() - begin
    assert len(values) == kept
    report(start=started, seconds=seconds, rate=samples / seconds)


def qpool(workload, samples):
    """A coordinator with a store and two workers. A task that does nothing is a lease of 256 samples, its
    round trip a job of 256 samples, submitted and answered."""
    import poolwire as wire
    folder = tempfile.mkdtemp()
    tool = wire.find_qpool()
    leases = ["--lease-samples", "256..256"] if workload == "tasks" else []
    start = clock()
    coordinator = wire.Coordinator(
        folder, "--store", os.path.join(folder, "pool.sqlite"), "--quiet", *leases)
    for _ in range(2):
        subprocess.Popen([tool, "worker", "--threads", "1", "--quiet", "--connect", coordinator.endpoint])
    while subprocess.run([tool, "workers", "-o", "jsonl", "--connect", coordinator.endpoint],
                         capture_output=True, text=True).stdout.count("\n") < 2:
        pass
    started = clock() - start

    def job(name, count):
        path = os.path.join(folder, f"{name}.yaml")
        text = (HERE.parent / "jobs" / ("G.yaml" if workload == "G" else "E.yaml")).read_text()
        lines = [line for line in text.splitlines() if not line.startswith("samples:")]
        with open(path, "w") as file:
            file.write("\n".join(lines + [f"samples: {count}", ""]))
        return path

    def submit(path):
        begin = clock()
        subprocess.run([tool, "submit", path, "--wait", "--quiet", "-o", "json", "--connect",
                        coordinator.endpoint], check=True, capture_output=True)
        return clock() - begin

    if workload != "tasks":
        seconds = submit(job("job", samples))
        report(start=started, seconds=seconds, rate=samples / seconds)
    many = 40_000
    rate = many / submit(job("many", many * 256))
    text = open(job("one", 256)).read()
    connection = wire.Connection(coordinator.address)

    replies = collections.deque()

    def reply(wanted):
        """The next message of a kind, by its fields."""
        while True:
            while replies:
                kind, head, _ = replies.popleft()
                if kind == wire.ERROR_REPLY:
                    sys.exit(f"refused: {head}")
                if kind == wanted:
                    return wire.fields(head)
            select.select([connection], [], [])
            replies.extend(connection.receive())

    trips = []
    for number in range(TRIPS):
        name = f"trip-{number}"
        begin = clock()
        connection.send(wire.SUBMIT, (1, 1), (2, name), (3, text.replace("seed: 1", f"seed: {number + 2}")))
        reply(wire.SUBMITTED)
        connection.send(wire.WATCH, (1, 2), (2, name), (3, 1_000_000), (4, 60_000_000_000))
        while not reply(wire.UPDATE).get(3):
            pass
        connection.send(wire.RESULT, (1, 3), (2, name))
        reply(wire.RESULT_REPLY)
        trips.append((clock() - begin) * 1e6)
        time.sleep(0.02)  # within what one connection may ask for
    trips.sort()
    report(start=started, rate=rate, median=trips[TRIPS // 2], p99=trips[TRIPS * 99 // 100])


if __name__ == "__main__":
    globals()[sys.argv[1]](sys.argv[2], int(float(sys.argv[3])))
