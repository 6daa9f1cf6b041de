#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Workers and the coordinator killed again and again while jobs run: nothing may be lost.

    python3 Benchmarks/drill.py                                 200 workers, 50 coordinators
    python3 Benchmarks/drill.py --worker-kills 8 --coordinator-kills 2 --samples 2e7

Real processes, `kill -9` at random instants. Every worker's connection goes through a relay that
reads what passes, so that the drill knows which ranges were acknowledged. It fails where

- a job does not end, or its answer differs from an undisturbed `qpool run` in any byte but timings;
- after a restart a job has fewer samples done than its status said before, or fewer than the
  ranges that were acknowledged to workers, or a job that was done is not.

Recovery is the time from the start of the new coordinator's process until it answers with the job
running again (or done); and until the job has got further than it was.
"""
import argparse
import collections
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import poolwire as wire

clock = time.perf_counter
TEXTS = 6

JOB = """
name: drill-{seed}
seed: {seed}
base: {{ normal: {{ dimension: 4 }} }}
utility: "sum(erf(x)) + sin(3*x[1]) - lgamma(2 + x[0]^2)"
quantiles: [1e-3, 1e-4]
samples: {samples}
draws: 20
costs: {{ late: "x[0] > 3", far: "norm(x)" }}
"""


class Ledger:
    """What workers sent and what was acknowledged to them, of all connections."""

    def __init__(self):
        self.lock = threading.Lock()
        self.sent = {}
        # (job, round) to the acknowledged ranges (start, end).
        self.acknowledged = collections.defaultdict(set)
        self.samples_sent = 0
        self.partials = self.repeats = 0

    def hear(self, connection, upward, kind, head, payload):
        if upward and kind == wire.PARTIAL:
            found = wire.fields(head)
            span = wire.fields(found[4])
            start, level = span.get(1, 0), span[2]
            key = (found[2].decode(), found.get(3, 0), start, start + (1 << level))
            with self.lock:
                lease = connection, found[1]
                if lease in self.sent:
                    self.repeats += 1
                else:
                    self.partials += 1
                    self.samples_sent += 1 << level
                self.sent[lease] = key
        elif not upward and kind == wire.ACKNOWLEDGED:
            with self.lock:
                for lease in wire.numbers(wire.fields(head).get(1, b"")):
                    if key := self.sent.get((connection, lease)):
                        self.acknowledged[key[:2]].add(key[2:])

    def covered(self, job, total):
        """Samples in the union of what was acknowledged of each round of a job."""
        with self.lock:
            rounds = [sorted(spans) for key, spans in self.acknowledged.items() if key[0] == job]
        covered = 0
        for spans in rounds:
            reach = 0
            for start, end in spans:
                end = min(end, total)
                covered += max(0, end - max(start, reach))
                reach = max(reach, end)
        return covered


class Pool:
    """A coordinator on a store, workers behind a relay, and a connection that asks for status."""

    def __init__(self, folder, lease_seconds):
        self.folder = folder
        self.arguments = ["--store", os.path.join(folder, "pool.sqlite"), "--quiet",
                          "--lease-seconds", str(lease_seconds)]
        self.coordinator = wire.Coordinator(folder, *self.arguments)
        self.ledger = Ledger()
        self.tap = wire.Tap(self.coordinator.address, self.ledger.hear)
        self.workers = []
        self.worker_seconds = 0.0
        self.connection = None
        self.request = 0

    def add_worker(self):
        self.workers.append(subprocess.Popen(
            [wire.find_qpool(), "worker", "--quiet", "--threads", "1", "--connect",
             self.tap.endpoint], stderr=subprocess.DEVNULL))

    def reap(self, worker):
        worker.kill()
        _, _, usage = os.wait4(worker.pid, 0)
        worker.returncode = -9
        self.worker_seconds += usage.ru_utime + usage.ru_stime

    def kill_worker(self, number):
        self.reap(self.workers.pop(number))
        self.add_worker()

    def kill_coordinator(self):
        self.coordinator.process.kill()
        self.coordinator.process.wait()
        self.connection = None

    def restart(self):
        port = self.coordinator.address[1]
        self.coordinator = wire.Coordinator(self.folder, *self.arguments, port=port)

    def ask(self, kind, *pairs, seconds=30):
        """One answer (kind, fields, payload); asks again where the connection breaks."""
        end = clock() + seconds
        while clock() < end:
            try:
                if self.connection is None:
                    self.connection = wire.Connection(self.coordinator.address)
                self.request += 1
                self.connection.send(kind, (1, self.request), *pairs)
                answer = self.answer(min(end, clock() + 5))
                if answer:
                    return answer
            except OSError:
                pass
            self.connection = None
            time.sleep(0.005)
        raise TimeoutError(f"the coordinator did not answer for {seconds} s")

    def answer(self, end):
        while clock() < end:
            for kind, head, payload in self.connection.receive():
                found = wire.fields(head)
                if found.get(1) == self.request:
                    return kind, found, payload
            time.sleep(0.0005)
        return None

    def status(self, job):
        """State and samples done."""
        kind, found, _ = self.ask(wire.STATUS, (2, job))
        if kind != wire.STATUS_REPLY:
            raise RuntimeError(f"{job}: {found}")
        status = wire.fields(found[2])
        return wire.STATES[status.get(3, 0)], status.get(5, 0)


def without_timings(document):
    return re.sub(r",?\s*\"timings\"\s*:\s*\{[^}]*\}", "", document)


def quantiles(values):
    return f"median {statistics.median(values):.2f} s, worst {max(values):.2f} s"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worker-kills", type=int, default=200)
    parser.add_argument("--coordinator-kills", type=int, default=50)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--samples", type=float, default=6e7, help="a job's samples")
    parser.add_argument("--gap", type=float, default=0.8, help="mean seconds between kills")
    parser.add_argument("--lease-seconds", type=float, default=0.2)
    parser.add_argument("--seed", type=int, default=20261121)
    chosen = parser.parse_args()
    random.seed(chosen.seed)
    samples = int(chosen.samples)
    folder = tempfile.mkdtemp(prefix="qpool-drill-")
    texts = []
    for seed in range(1, TEXTS + 1):
        texts.append(os.path.join(folder, f"drill-{seed}.yaml"))
        with open(texts[-1], "w") as file:
            file.write(JOB.format(seed=seed, samples=samples))
    pool = Pool(folder, chosen.lease_seconds)
    problems = []
    try:
        drill(chosen, pool, texts, samples, problems)
    finally:
        for worker in pool.workers:
            pool.reap(worker)
        pool.coordinator.process.kill()
        pool.coordinator.process.wait()
        if problems:
            print(f"the files are kept in {folder}")
        else:
            shutil.rmtree(folder)
    for problem in problems:
        print("LOST:", problem)
    sys.exit(1 if problems else 0)


def drill(chosen, pool, texts, samples, problems):
    for _ in range(chosen.workers):
        pool.add_worker()
    events = ["worker"] * chosen.worker_kills + ["coordinator"] * chosen.coordinator_kills
    random.shuffle(events)
    jobs, live = [], []
    answered, further, midway, seen = [], [], 0, 0
    begin = clock()

    def keep_busy():
        while len(live) < 2:
            job = f"drill-{len(jobs)}"
            text = open(texts[len(jobs) % TEXTS]).read()
            kind, found, _ = pool.ask(wire.SUBMIT, (2, job), (3, text))
            if kind != wire.SUBMITTED:
                raise RuntimeError(f"{job} was refused: {found}")
            jobs.append(job)
            live.append(job)

    def drop_done():
        for job in list(live):
            state, _ = pool.status(job)
            if state not in ("queued", "running", "finishing"):
                live.remove(job)

    for number, event in enumerate(events, 1):
        drop_done()
        keep_busy()
        # Short and long gaps, so that kills meet starts, middles and ends.
        time.sleep(random.expovariate(1 / chosen.gap))
        if event == "worker":
            pool.kill_worker(random.randrange(len(pool.workers)))
            continue
        before = {job: pool.status(job) for job in jobs[-8:]}
        time.sleep(random.random() * 0.05)
        pool.kill_coordinator()
        acknowledged = {job: pool.ledger.covered(job, samples) for job in before}
        running = [job for job in live if before[job][0] == "running" and before[job][1] > 0]
        midway += bool(running)
        start = clock()
        pool.restart()
        after = {}
        for job in before:
            while (status := pool.status(job))[0] == "queued" and clock() - start < 30:
                time.sleep(0.002)
            after[job] = status
        answered.append(clock() - start)
        for job, (state, done) in after.items():
            least = max(before[job][1], acknowledged[job])
            seen += least
            if before[job][0] == "done" != state:
                problems.append(f"kill {number}: {job} was done and is {state}")
            if state == "running" and done < least:
                problems.append(
                    f"kill {number}: {job} had {before[job][1]} samples by its status and "
                    f"{acknowledged[job]} acknowledged; {done} are left")
        if running:
            job = running[0]
            while clock() - start < 60:
                state, done = pool.status(job)
                if state != "running" or done > after[job][1]:
                    break
                time.sleep(0.005)
            further.append(clock() - start)
    disturbed = clock() - begin
    for job in jobs:
        end = clock() + 300
        while (state := pool.status(job)[0]) in ("queued", "running", "finishing"):
            if clock() > end:
                break
            time.sleep(0.02)
        if state != "done":
            problems.append(f"{job} is {state} in the end")
    whole = clock() - begin
    documents = {}
    for job in jobs:
        kind, found, payload = pool.ask(wire.RESULT, (2, job))
        documents[job] = payload.decode() if kind == wire.RESULT_REPLY else str(found)
    while pool.workers:
        pool.reap(pool.workers.pop())
    alone = 0.0
    same = 0
    expected = {}
    for number, text in enumerate(texts[:len(jobs)]):
        process = subprocess.Popen(
            [wire.find_qpool(), "run", text, "-o", "json", "--quiet"], stdout=subprocess.PIPE,
            text=True)
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
        expected[number] = without_timings(output), usage.ru_utime + usage.ru_stime
    for number, job in enumerate(jobs):
        text, seconds = expected[number % TEXTS]
        alone += seconds
        if without_timings(documents[job]) == text:
            same += 1
        else:
            problems.append(f"the answer of {job} differs")
    total = len(jobs) * samples
    ledger = pool.ledger
    print(f"{chosen.worker_kills} kills of workers and {chosen.coordinator_kills} of the "
          f"coordinator ({midway} of them while a job had samples done) in {disturbed:.0f} s; "
          f"all jobs ended after {whole:.0f} s")
    print(f"{len(jobs)} jobs of {samples:.3g} samples: {same} byte for byte as undisturbed; "
          f"{len(problems)} losses; {seen:.3g} samples were known to be done before kills")
    print(f"recovery after the coordinator's restart: answers {quantiles(answered)}; "
          f"gets further {quantiles(further)}")
    print(f"samples that reached the coordinator: {ledger.samples_sent / total:.3f} of those "
          f"needed ({ledger.partials} partials, {ledger.repeats} sent again); processor time of "
          f"all workers {pool.worker_seconds:.0f} s, undisturbed runs {alone:.0f} s "
          f"({pool.worker_seconds / alone:.2f})")


if __name__ == "__main__":
    main()
