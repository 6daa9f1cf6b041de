#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Thousands of worker connections and a long queue on one coordinator.

    python3 Benchmarks/load.py                         100, 500, 1000 and 2000 workers, 1000 jobs
    python3 Benchmarks/load.py --workers 50 --jobs 20 --seconds 3
    python3 Benchmarks/load.py --workers 2000 --jobs 60 --leases 2048 --busy 0.5 --beat 0.2

The workers speak the real protocol over connections of their own. What they answer was computed by
`qpool worker` once: all jobs have the same text, so a range has the same partial in each of them. A
worker answers a lease after about a second, so 2,000 workers ask for 2,000 leases a second. At the
end every job's result must be there, with the digest of `qpool run`.

A process apart, with a few workers and a client, measures latency: from sending a heartbeat or a status
request to its answer.
"""
import argparse
import collections
import heapq
import json
import multiprocessing
import os
import random
import re
import selectors
import shutil
import subprocess
import sys
import tempfile
import time

import poolwire as wire

LEASE = 1 << 16
clock = time.perf_counter


class Worker:
    """One worker: hello, heartbeats, a partial for every lease after `busy` seconds."""

    def __init__(self, crowd, name):
        self.crowd, self.name = crowd, name
        self.connection = wire.Connection(crowd.address)
        self.held, self.sent, self.sequence, self.free = {}, {}, 0, 0.0
        self.hello()

    def hello(self):
        self.connection.send(
            wire.HELLO, (1, self.name), (2, "load"), (3, os.getpid()), (4, 1), (6, 2),
            (7, "load"), (8, self.crowd.fingerprint))

    def beat(self, now):
        self.sequence += 1
        self.sent[self.sequence] = now
        self.connection.send(
            wire.HEARTBEAT, (1, self.sequence), (2, b"".join(map(wire.varint, self.held))))

    def take(self, kind, head, payload, now):
        crowd = self.crowd
        if kind == wire.HEARTBEAT:
            sequence = wire.fields(head).get(1, 0)
            if sequence == 0:
                self.connection.send(wire.HEARTBEAT, (2, b"".join(map(wire.varint, self.held))))
            elif (sent := self.sent.pop(sequence, None)) is not None:
                crowd.beats.append(now - sent)
        elif kind == wire.WELCOME:
            crowd.welcomed += 1
            crowd.at(now + random.random(), self.heartbeat)
        elif kind == wire.LEASE:
            lease = wire.fields(head)
            self.held[lease[1]] = lease
            self.free = max(self.free, now) + crowd.busy * random.uniform(0.5, 1.5)
            crowd.at(self.free, lambda now, number=lease[1]: self.finish(number))
        elif kind == wire.ACKNOWLEDGED:
            for number in wire.numbers(wire.fields(head).get(1, b"")):
                self.held.pop(number, None)
                crowd.acknowledged += 1
        elif kind == wire.CANCEL:
            for number in wire.numbers(wire.fields(head).get(1, b"")):
                if self.held.pop(number, None):
                    self.connection.send(wire.HAND_BACK, (1, number))
        elif kind == wire.REFUSED:
            crowd.refusals += 1
            self.held.clear()
            self.hello()

    def heartbeat(self, now):
        self.beat(now)
        self.crowd.at(now + self.crowd.beat, self.heartbeat)

    def finish(self, number):
        lease = self.held.get(number)
        if lease is None:
            return
        span = wire.fields(lease[4])
        partial = self.crowd.partials[lease.get(3, 0), span.get(1, 0), span[2]]
        self.connection.send(
            wire.PARTIAL, (1, number), (2, lease[2]), (3, lease.get(3, 0)), (4, lease[4]),
            (5, int(self.crowd.busy * 1e9)), payload=partial)


class Client:
    """Asks for the status of some job, again and again."""

    def __init__(self, crowd, jobs):
        self.crowd, self.jobs, self.request, self.sent = crowd, jobs, 0, {}
        self.connection = wire.Connection(crowd.address)
        crowd.at(clock(), self.ask)

    def ask(self, now):
        self.request += 1
        self.sent[self.request] = now
        self.connection.send(
            wire.STATUS, (1, self.request), (2, f"load-{random.randrange(self.jobs)}"))
        self.crowd.at(now + 0.02, self.ask)

    def take(self, kind, head, payload, now):
        if kind in (wire.STATUS_REPLY, wire.ERROR_REPLY):
            sent = self.sent.pop(wire.fields(head)[1], None)
            if kind == wire.ERROR_REPLY:
                self.crowd.refusals += 1
            elif sent is not None:
                self.crowd.statuses.append(now - sent)


class Crowd:
    """The workers of one process, and what they saw."""

    def __init__(self, address, fingerprint, partials, busy, beat):
        self.address, self.fingerprint, self.partials = address, fingerprint, partials
        self.busy, self.beat = busy, beat
        self.selector = selectors.DefaultSelector()
        self.timers, self.order = [], 0
        self.members = []
        self.beats, self.statuses = [], []
        self.welcomed = self.acknowledged = self.refusals = self.closed = 0

    def at(self, when, call):
        self.order += 1
        heapq.heappush(self.timers, (when, self.order, call))

    def join(self, member):
        self.members.append(member)
        self.selector.register(member.connection, selectors.EVENT_READ, member)

    def run(self, seconds):
        end = clock() + seconds
        while (now := clock()) < end:
            while self.timers and self.timers[0][0] <= now:
                heapq.heappop(self.timers)[2](now)
            wait = min(end, self.timers[0][0] if self.timers else end) - clock()
            for key, _ in self.selector.select(max(0, min(wait, 0.05))):
                member = key.data
                try:
                    for kind, head, payload in member.connection.receive():
                        member.take(kind, head, payload, clock())
                except ConnectionError:
                    self.closed += 1
                    self.selector.unregister(member.connection)
            for connection in list(wire.Connection.waiting):
                connection.flush()


def crowd_process(pipe, arguments, label, jobs):
    """A process of the crowd: grows when told, reports each half second."""
    random.seed(label)
    crowd = Crowd(*arguments)
    if jobs:
        crowd.join(Client(crowd, jobs))
    else:
        # What makes the load leaves the processors to what is measured.
        os.nice(10)
    while True:
        while pipe.poll():
            order = pipe.recv()
            if order == "end":
                return
            for _ in range(order):
                crowd.join(Worker(crowd, f"load-{label}-{len(crowd.members)}"))
                crowd.run(0.0005)
        crowd.run(0.5)
        pipe.send((crowd.welcomed, crowd.acknowledged, crowd.refusals, crowd.closed,
                   crowd.beats, crowd.statuses))
        crowd.beats, crowd.statuses = [], []


def record(coordinator, text, folder):
    """The partials of every lease of a job, and the fingerprint, from a real worker."""
    seen = []
    tap = wire.Tap(
        coordinator.address,
        lambda _, upward, *message: seen.append(message) if upward else None)
    worker = subprocess.Popen(
        [wire.find_qpool(), "worker", "--quiet", "--connect", tap.endpoint])
    subprocess.run(
        [wire.find_qpool(), "submit", "--wait", "--quiet", "-o", "json", "--id", "recorded",
         "--connect", coordinator.endpoint, text], check=True, stdout=subprocess.DEVNULL)
    worker.kill()
    worker.wait()
    partials, fingerprint = {}, b""
    for kind, head, payload in seen:
        found = wire.fields(head)
        if kind == wire.HELLO:
            fingerprint = found[8]
        elif kind == wire.PARTIAL:
            span = wire.fields(found[4])
            partials[found.get(3, 0), span.get(1, 0), span[2]] = payload
    return partials, fingerprint


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))] * 1e3 if values else float("nan")


def submit_all(coordinator, text, jobs):
    connection = wire.Connection(coordinator.address)
    body, waiting, asked = open(text).read(), set(), 0
    start = clock()
    while asked < jobs or waiting:
        while asked < jobs and len(waiting) < 16:
            connection.send(wire.SUBMIT, (1, asked + 1), (2, f"load-{asked}"), (3, body))
            asked += 1
            waiting.add(asked)
        for kind, head, _ in connection.receive():
            if kind != wire.SUBMITTED:
                sys.exit(f"a submission was refused: {head}")
            waiting.discard(wire.fields(head)[1])
        time.sleep(0.0005)
    return clock() - start


def results(coordinator, jobs):
    """Digests of the jobs that are done; waits for none."""
    connection = wire.Connection(coordinator.address)
    found, asked = {}, 0
    answers = 0
    while answers < jobs:
        while asked < jobs and asked - answers < 64:
            connection.send(wire.RESULT, (1, asked + 1), (2, f"load-{asked}"))
            asked += 1
        for kind, head, payload in connection.receive():
            answers += 1
            if kind == wire.RESULT_REPLY:
                reply = wire.fields(head)
                found[reply[1]] = reply[3].decode()
        time.sleep(0.0005)
    return found


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, nargs="+", default=[100, 500, 1000, 2000])
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--leases", type=int, default=64, help="leases of 65536 samples a job")
    parser.add_argument("--seconds", type=float, default=12, help="measured at each size")
    parser.add_argument("--busy", type=float, default=1, help="seconds a lease takes a worker")
    parser.add_argument("--beat", type=float, default=1, help="seconds between a worker's heartbeats")
    parser.add_argument("--most", type=float, default=300, help="seconds to wait for all jobs")
    parser.add_argument("--in-memory", action="store_true")
    chosen = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="qpool-load-")
    text = os.path.join(folder, "load.yaml")
    with open(text, "w") as file:
        file.write("base: { normal: { dimension: 1 } }\nutility: \"x[0]\"\nquantile: 1e-5\n"
                   f"samples: {chosen.leases * LEASE}\nseed: 7\n")
    local = subprocess.run(
        [wire.find_qpool(), "run", text, "-o", "json", "--quiet"], check=True,
        capture_output=True, text=True).stdout
    digest = re.search(r'"digest"\s*:\s*"([0-9a-f]+)"', local)[1]
    store = os.path.join(folder, "pool.sqlite")
    counts = os.path.join(folder, "syncs")
    keeping = ["--in-memory"] if chosen.in_memory else ["--store", store]
    coordinator = wire.Coordinator(
        folder, *keeping, "--quiet", "--lease-samples", f"{LEASE}..{LEASE}",
        environment=count_syncs(folder, counts))
    try:
        measure(chosen, coordinator, text, digest, folder, store, counts)
    finally:
        coordinator.process.terminate()
        coordinator.process.wait()
        shutil.rmtree(folder)


def count_syncs(folder, counts):
    """Environment that makes a process count its fdatasync calls: one a commit."""
    source, library = os.path.join(folder, "syncs.c"), os.path.join(folder, "syncs.so")
    with open(source, "w") as file:
        file.write("""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
static _Atomic long *count;
__attribute__((constructor)) static void open_count(void) {
    int file = open(getenv("QPOOL_SYNCS"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || ftruncate(file, 8)) abort();
    count = mmap(0, 8, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
}
int fdatasync(int file) {
    atomic_fetch_add(count, 1);
    return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(file);
}
""")
    compiled = subprocess.run(
        ["clang", "-O1", "-shared", "-fPIC", source, "-o", library, "-ldl"], capture_output=True)
    if compiled.returncode != 0:
        return {}
    return {"LD_PRELOAD": library, "QPOOL_SYNCS": counts}


def syncs(counts):
    try:
        with open(counts, "rb") as file:
            return int.from_bytes(file.read(8), "little")
    except FileNotFoundError:
        return None


def measure(chosen, coordinator, text, digest, folder, store, counts):
    partials, fingerprint = record(coordinator, text, folder)
    if len(partials) != chosen.leases:
        sys.exit(f"{len(partials)} partials were recorded, {chosen.leases} are needed")
    sizes = [len(partial) for partial in partials.values()]
    print(f"{len(partials)} partials of {min(sizes)} to {max(sizes)} bytes recorded")
    seconds = submit_all(coordinator, text, chosen.jobs)
    print(f"{chosen.jobs} jobs submitted in {seconds:.2f} s ({chosen.jobs / seconds:.0f}/s)")
    arguments = (coordinator.address, fingerprint, partials, chosen.busy, chosen.beat)
    crowds = []
    for label, jobs in (("a", 0), ("b", 0), ("probe", chosen.jobs)):
        near, far = multiprocessing.Pipe()
        process = multiprocessing.Process(
            target=crowd_process, args=(far, arguments, label, jobs), daemon=True)
        process.start()
        crowds.append((process, near))
    latest = {}
    window = collections.defaultdict(list)

    def listen():
        for number, (_, pipe) in enumerate(crowds):
            while pipe.poll():
                report = pipe.recv()
                latest[number] = report[:4]
                window["answered"].append(len(report[4]))
                if number == 2:
                    window["beats"] += report[4]
                    window["statuses"] += report[5]

    def total(position):
        return sum(report[position] for report in latest.values())

    print("| workers | leases/s | beats/s | heartbeat p50 / p99 ms | status p50 / p99 ms | RSS MB | "
          "descriptors | coordinator's cores | its busiest thread | commits/s | partials a commit |")
    print("|---|---|---|---|---|---|---|---|---|---|---|", flush=True)
    probes = 8
    crowds[2][1].send(probes)
    present = probes
    for size in chosen.workers:
        grown = size - present
        crowds[0][1].send(grown // 2)
        crowds[1][1].send(grown - grown // 2)
        present = size
        limit = clock() + 60
        while total(0) < size and clock() < limit if latest else True:
            listen()
            time.sleep(0.05)
        time.sleep(2)
        listen()
        window.clear()
        start, done = clock(), total(1)
        used, committed = coordinator.processor_seconds, syncs(counts)
        threads = coordinator.thread_seconds
        while clock() - start < chosen.seconds:
            time.sleep(0.1)
            listen()
        passed = clock() - start
        leases = (total(1) - done) / passed
        commits = (syncs(counts) - committed) / passed if committed is not None else 0
        beats, statuses = window["beats"], window["statuses"]
        busiest = max(seconds - threads.get(thread, 0)
                      for thread, seconds in coordinator.thread_seconds.items()) / passed
        print(f"| {total(0)} | {leases:.0f} | {sum(window['answered']) / passed:.0f} | "
              f"{percentile(beats, .5):.2f} / "
              f"{percentile(beats, .99):.2f} | {percentile(statuses, .5):.2f} / "
              f"{percentile(statuses, .99):.2f} | {coordinator.resident_megabytes:.0f} | "
              f"{coordinator.descriptors} | "
              f"{(coordinator.processor_seconds - used) / passed:.2f} | {busiest:.2f} | {commits:.0f} | "
              f"{leases / commits if commits else float('nan'):.1f} |", flush=True)
    end = clock() + chosen.most
    while clock() < end:
        listen()
        found = results(coordinator, chosen.jobs)
        if len(found) == chosen.jobs:
            break
        time.sleep(1)
    listen()
    right = sum(value == digest for value in found.values())
    print(f"{len(found)} of {chosen.jobs} jobs done, {right} with the digest of `qpool run`; "
          f"{total(1)} leases acknowledged, {total(2)} refusals, {total(3)} connections lost; "
          f"RSS {coordinator.resident_megabytes:.0f} MB, {coordinator.descriptors} descriptors")
    if not chosen.in_memory:
        files = {name: os.path.getsize(os.path.join(folder, name)) / 1e6
                 for name in sorted(os.listdir(folder)) if name.startswith("pool.sqlite")}
        print("store, MB:", json.dumps({name: round(size, 2) for name, size in files.items()}))
    for process, pipe in crowds:
        pipe.send("end")
        process.join(5)
        if process.is_alive():
            process.kill()
    if right != chosen.jobs or total(2) or total(3):
        sys.exit(1)


if __name__ == "__main__":
    main()
