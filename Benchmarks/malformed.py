#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A million malformed messages against a coordinator, over plain TCP and over CURVE, while honest peers work.

    python3 Benchmarks/malformed.py                             1,000,000 messages over each
    python3 Benchmarks/malformed.py --frames 20000              a quick look
    python3 Benchmarks/malformed.py --transport curve --seed 7
    QPOOL=/usr/bin/qpool nice -n 10 python3 Benchmarks/malformed.py

For each transport: a coordinator on a store, a worker, and a client that has one job after another
computed and asks for its status 20 times a second. Two processes with 20 connections each send messages
of every kind, damaged in header, payload and framing; some stay below a client's budget, some flood,
some never read, some hang up in the middle. Bare TCP connections break the handshake and the frames
themselves. With keys the attackers are clients and workers that were let in, and strangers.

A message has three frames on the way; on bare TCP every frame counts as one message. Only what a
connection took is counted. `damage.py` has the messages, `attackers.py` who sends them. At the end another
coordinator meets peers that choose the routing ids which its libzmq would give to others next.

It fails where a coordinator ended, an honest job did not end or had another digest than `qpool run` gives,
status took more than 250 ms in the middle or 5 s at worst, memory passed 1.5 GB, the honest worker counted
as gone, or the log grew by more than 5 MB. It needs libzmq (ctypes), and Linux for /proc.
"""
import argparse
import collections
import ctypes
import multiprocessing
import os
import random
import re
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time

import attackers
import damage
import poolwire as wire
from damage import prelude
from libzmq import Dealer, Library

clock = time.perf_counter
MOST_MEDIAN, MOST_WORST = 0.25, 5.0
MOST_MEMORY, MOST_LOG = 1.5e9, 5e6
CALM = 8
PROCESSES = 2
EVERY = 0.05
NAMES = {"plain": "plain TCP", "curve": "CURVE"}

JOB = """
seed: 5
base: { normal: { dimension: 2 } }
utility: "sin(x[0]) + x[1]^2"
quantile: 1e-4
samples: 3e8
draws: 3
"""


# ---- who is honest

class Honest:
    """A client: one job after another, and 20 questions a second."""

    def __init__(self, endpoint, keys, priority, digest, patience):
        self.patience, self.since = patience, 0.0
        self.dealer = Dealer(Library(), endpoint, keys)
        self.priority, self.digest = priority, digest
        self.name = f"Honest-{os.getpid()}-{random.getrandbits(32):08x}-"
        self.asked, self.times, self.failures = {}, [], collections.Counter()
        self.right, self.wrong, self.request, self.job = 0, [], 0, 0
        self.phase, self.next_submit = "submit", 0.0

    def send(self, kind, *pairs):
        """The request's number; 0 where there is no connection yet, or no room."""
        self.request += 1
        taken = self.dealer.send([prelude(kind), wire.header((1, self.request), *pairs), b""])
        return self.request if taken else 0

    def id(self):
        return f"{self.name}{self.job}"

    def run(self, pipe):
        next_ask, ending = clock(), False
        while True:
            now = clock()
            if pipe.poll():
                pipe.recv()
                ending = True
            if ending and self.phase == "submit":
                break
            if self.phase != "run" and now >= self.next_submit:
                # Both may be asked again: nothing is done twice.
                self.next_submit = now + 3
                if self.phase == "submit":
                    self.phase, self.since = "submitting", now
                    self.job += 1
                if self.phase == "submitting":
                    self.send(wire.SUBMIT, (2, self.id()), (3, JOB), (5, self.priority))
                else:
                    self.send(wire.RESULT, (2, self.id()))
            if self.phase != "submit" and now - self.since > self.patience:
                self.wrong.append(f"{self.id()} did not end within {self.patience:.0f} s")
                self.send(damage.CANCEL_JOB, (2, self.id()))
                self.phase, self.next_submit = "submit", 0.0
            if now >= next_ask:
                next_ask = max(next_ask + EVERY, now)
                if request := self.send(wire.STATUS, (2, self.id())):
                    self.asked[request] = now
            frames = self.dealer.receive(max(0.0, min(next_ask - clock(), EVERY)))
            if frames and len(frames) == 3:
                self.take(struct.unpack("<2sHH", frames[0])[2], wire.fields(frames[1]))
        now = clock()
        unanswered = [(sent, now - sent) for sent in self.asked.values() if now - sent > 1]
        pipe.send((self.times + unanswered, len(unanswered), self.right, self.wrong, dict(self.failures)))

    def take(self, kind, found):
        now, request = clock(), found.get(1, 0)
        if (sent := self.asked.pop(request, None)) is not None:
            self.times.append((sent, now - sent))
            if kind == wire.STATUS_REPLY and self.phase == "run":
                status = wire.fields(found[2])
                state = wire.STATES[status.get(3, 0)]
                if status.get(1, b"").decode() == self.id():
                    if state == "done":
                        self.phase, self.next_submit = "fetch", 0.0
                    elif state in ("failed", "cancelled"):
                        self.wrong.append(f"{self.id()} {state}: {status.get(13)}")
                        self.phase, self.next_submit = "submit", now + 0.2
            elif kind == wire.ERROR_REPLY and self.phase == "run":
                self.failures[wire.fields(found[2])[1].decode()] += 1
        elif kind == wire.SUBMITTED and self.phase == "submitting":
            self.phase = "run"
        elif kind == wire.RESULT_REPLY and self.phase == "fetch":
            digest = found[3].decode()
            if digest == self.digest:
                self.right += 1
            else:
                self.wrong.append(f"{self.id()} has the digest {digest}")
            self.phase, self.next_submit = "submit", 0.0
        elif kind == wire.ERROR_REPLY:
            failure = wire.fields(found[2])
            self.failures[failure[1].decode()] += 1
            self.next_submit = min(self.next_submit, now + 0.1)


def honest_process(pipe, *arguments):
    Honest(*arguments).run(pipe)


# ---- the campaign

class Memory(threading.Thread):
    """The coordinator's resident bytes, ten times a second."""

    def __init__(self, coordinator):
        super().__init__(daemon=True)
        self.coordinator, self.peak, self.ended = coordinator, 0.0, threading.Event()
        self.start()

    def run(self):
        while not self.ended.wait(0.1):
            try:
                self.peak = max(self.peak, self.coordinator.resident_megabytes)
            except (OSError, TypeError):
                return


class Keys:
    """A coordinator's folder of keys, and connection files."""

    def __init__(self, folder):
        self.folder = os.path.join(folder, "keys")
        names = ["honest", "gentle-0", "gentle-1"] + [f"flood-{number}" for number in range(6)]
        # A name stands for one key, whatever its role.
        options = [word for role in ("worker", "client") for name in names
                   for word in (f"--{role}", f"{role}-{name}")]
        made = subprocess.run(
            [wire.find_qpool(), "keygen", self.folder, "--endpoint", "tcp://127.0.0.1:7411", *options],
            capture_output=True, text=True)
        if made.returncode != 0:
            raise RuntimeError(made.stderr)

    def path(self, role, name):
        return os.path.join(self.folder, f"{role}-{role}-{name}.yaml")

    def move(self, role, name, endpoint):
        """A connection file for where the coordinator listens now."""
        with open(self.path(role, name)) as file:
            text = file.read()
        with open(self.path(role, name), "w") as file:
            file.write(re.sub(r"endpoint: .*", f'endpoint: "{endpoint}"', text))
        return self.path(role, name)

    def keys(self, role, name):
        with open(self.path(role, name)) as file:
            text = file.read()
        return tuple(re.search(rf'^{field}: "(.*)"$', text, re.M)[1].encode()
                     for field in ("server-key", "public-key", "secret-key"))


def people(keys, number):
    """Who is in an attacking process: manner, role, keys."""
    crowd = []
    for place in range(18):
        role = ("client", "worker")[place % 2]
        manner = ("gentle" if place in (2, 3, 8, 9) else "deaf" if place in (4, 5)
                  else "liar" if place == 1 else "flood")
        own = None
        if keys:
            name = f"gentle-{number}" if manner in ("gentle", "liar") else f"flood-{(place // 2 + number) % 6}"
            own = keys.keys(role, name)
        crowd.append((manner, role, own))
    if keys:
        server, public, secret = keys.keys("client", "flood-0")
        library = Library()
        unknown, other = library.pair(), library.pair()
        library.end()
        crowd += [("stranger", "client", own) for own in (
            (server, *unknown), (other[0], public, secret), None)]
    return crowd


def latencies(times):
    values = sorted(taken for _, taken in times)
    if not values:
        return "none", 0.0, 0.0
    median, worst = statistics.median(values), values[-1]
    rare = values[min(len(values) - 1, int(0.99 * len(values)))]
    return f"{median * 1e3:.1f} / {rare * 1e3:.1f} / {worst * 1e3:.1f} ms", median, worst


def print_table(name, rows):
    print(f"\n| {name} | |\n|---|---|")
    for what, value in rows:
        print(f"| {what} | {value} |")
    sys.stdout.flush()


def campaign(transport, chosen, folder, honest, digest):
    """One transport; returns what was wrong."""
    folder = os.path.join(folder, transport)
    os.mkdir(folder)
    keys = Keys(folder) if transport == "curve" else None
    more = ["--keys", keys.folder] if keys else []
    coordinator = wire.Coordinator(folder, "--store", os.path.join(folder, "pool.sqlite"), *more)
    processes = []
    try:
        connect = keys.move("worker", "honest", coordinator.endpoint) if keys else coordinator.endpoint
        worker = subprocess.Popen(
            [wire.find_qpool(), "worker", "--quiet", "--threads", "1", "--connect", connect],
            stderr=subprocess.DEVNULL)
        processes.append(worker)
        return measure(transport, chosen, coordinator, worker, keys, honest, digest, processes)
    finally:
        if chosen.keep_log:
            shutil.copy(coordinator.log.name, f"{chosen.keep_log}-{transport}.log")
        for process in processes + [coordinator.process]:
            process.kill()
            (process.wait if isinstance(process, subprocess.Popen) else process.join)()


def packs(chosen, transport, coordinator, keys, honest, go):
    """Processes of attackers that wait for `go`, each with its counts."""
    hello = wire.frame(attackers.curve_hello(keys.keys("client", "flood-0"))[2:], 4) if keys else None
    found = []
    for number in range(PROCESSES):
        shared = multiprocessing.Array("d", len(attackers.COUNTS))
        pack = (coordinator.endpoint, coordinator.address, honest, f"{chosen.seed}-{transport}-{number}",
                people(keys, number), 0.01 if keys else 0.003, hello)
        quota = chosen.frames // PROCESSES + (number < chosen.frames % PROCESSES)
        found.append((multiprocessing.Process(
            target=attackers.pack_process, args=(pack, quota, chosen.bare, shared, go), daemon=True), shared))
    return found


def total(crowd):
    return dict(zip(attackers.COUNTS, (sum(values) for values in zip(*(shared for _, shared in crowd)))))


def measure(transport, chosen, coordinator, worker, keys, honest, digest, processes):
    problems = []
    name = joined(coordinator)
    pipe, far = multiprocessing.Pipe()
    client = multiprocessing.Process(
        target=honest_process, daemon=True,
        args=(far, coordinator.endpoint, keys and keys.keys("client", "honest"), 0 if keys else 10, digest,
              chosen.patience))
    go = multiprocessing.Event()
    crowd = packs(chosen, transport, coordinator, keys, honest, go)
    for process in [client] + [process for process, _ in crowd]:
        process.start()
        processes.append(process)
    provide(coordinator, keys)
    begin = clock()
    time.sleep(CALM)
    before, log_start = coordinator.resident_megabytes, os.path.getsize(coordinator.log.name)
    used = coordinator.processor_seconds
    memory = Memory(coordinator)
    last = start = clock()
    go.set()
    while any(process.is_alive() for process, _ in crowd) and coordinator.process.poll() is None:
        if clock() - start > chosen.most:
            problems.append(f"the attack was not over after {chosen.most:.0f} s")
            break
        if clock() - last > 15:
            last = clock()
            counts = total(crowd)
            print(f"{transport}: {counts['messages'] + counts['bare']:.0f} messages "
                  f"after {last - start:.0f} s, {coordinator.resident_megabytes:.0f} MB", file=sys.stderr)
        time.sleep(0.05)
    over = clock()
    seconds = over - start
    alive = coordinator.process.poll() is None
    used = coordinator.processor_seconds - used if alive else float("nan")
    pipe.send("end")
    times, unanswered, right, wrong, failures = [], 0, 0, [], {}
    if alive and pipe.poll(chosen.patience + 60):
        times, unanswered, right, wrong, failures = pipe.recv()
    else:
        problems.append("the honest client did not come to its end")
    if wrong and alive:
        problems.append(picture(coordinator, keys))
    # What half-open connections hold goes when their time is over.
    time.sleep(6)
    alive = coordinator.process.poll() is None
    memory.ended.set()
    after = coordinator.resident_megabytes if alive else float("nan")
    counts = total(crowd)
    with open(coordinator.log.name, "rb") as file:
        file.seek(log_start)
        log = file.read()
    calm, _, _ = latencies([pair for pair in times if begin + 1 < pair[0] < start])
    during, median, worst = latencies([pair for pair in times if start <= pair[0] < over])
    lost = len(re.findall(rb"worker " + re.escape(name) + rb" (?:is silent|is gone|of \S+ is turned out)", log))
    sent = counts["messages"] + counts["bare"]
    peak = max(memory.peak, before)
    print_table(NAMES[transport], [
        ("messages sent", f"{sent:,.0f}, {counts['bytes'] / 1e6:,.0f} MB, in {seconds:.0f} s"),
        ("a second", f"{sent / seconds:,.0f}, {counts['bytes'] / seconds / 1e6:.1f} MB"),
        ("of them on bare TCP", f"{counts['bare']:,.0f} frames of {counts['visits']:,.0f} connections"),
        ("of 64 KiB to 16 MiB", f"{counts['large']:.0f}"),
        ("answers that attackers read", f"{counts['answers']:,.0f}"),
        ("false partials for leases", f"{counts['lies']:,.0f}"),
        ("connections of libzmq", f"{counts['opened']:.0f}, of strangers {counts['strangers']:.0f}"),
        ("memory before / highest / after", f"{before:.0f} / {peak:.0f} / {after:.0f} MB"),
        ("status, median / 99 % / worst: calm", calm),
        ("the same under attack", during),
        ("questions unanswered", f"{unanswered} of {len(times)}; refused: {failures or 'none'}"),
        ("honest jobs, digest right", f"{right}; wrong: {'; '.join(wrong) or 'none'}"),
        ("honest worker counted as gone", f"{lost} times"),
        ("log", f"{log.count(bytes([10])):,} lines, {len(log) / 1e3:,.0f} KB"),
        ("coordinator", f"{'runs on' if alive else 'ENDED'}; {used / seconds:.2f} cores"),
    ])
    if not alive:
        problems.append(f"the coordinator ended: {log[-2000:].decode(errors='replace')}")
    if worker.poll() is not None:
        problems.append("the honest worker ended")
    problems += wrong
    if alive and not right:
        problems.append("no honest job was done")
    if alive and (median > MOST_MEDIAN or worst > MOST_WORST or not times):
        problems.append(f"status took {median:.3f} s in the middle, {worst:.3f} s at worst")
    if peak * 2**20 > MOST_MEMORY:
        problems.append(f"memory reached {peak:.0f} MB")
    if len(log) > MOST_LOG:
        problems.append(f"the log grew by {len(log) / 1e6:.1f} MB: {usual(log)}")
    if lost:
        problems.append(f"the honest worker counted as gone {lost} times")
    return [f"{NAMES[transport]}: {problem}" for problem in problems]


def joined(coordinator):
    """The first worker's id, from the log."""
    end = clock() + 30
    while clock() < end:
        with open(coordinator.log.name, "rb") as log:
            if found := re.search(rb"worker (\S+) of .* joined", log.read()):
                return found[1]
        time.sleep(0.05)
    raise RuntimeError("the worker did not join within 30 s")


def provide(coordinator, keys):
    """Jobs of the attackers, so that partials, watches and the like meet something; one runs all the while."""
    library = Library()
    dealer = Dealer(library, coordinator.endpoint, keys and keys.keys("client", "flood-0"))
    for job, text, priority in (("mutant-long", damage.LONG, 2**64 - 10), ("mutant-0", damage.SMALL, 0)):
        head = wire.header((1, 1), (2, job), (3, text), (5, priority))
        end = clock() + 10
        while not dealer.send([prelude(wire.SUBMIT), head, b""]):
            if clock() > end:
                raise RuntimeError("the coordinator takes no messages")
            time.sleep(0.01)
        answer = dealer.receive(10)
        if not answer or struct.unpack("<2sHH", answer[0])[2] != wire.SUBMITTED:
            raise RuntimeError(f"a job for the attackers was not taken: {answer}")
    dealer.close()
    library.end()


def picture(coordinator, keys):
    """Jobs and workers, as the honest client sees them."""
    connect = keys.move("client", "honest", coordinator.endpoint) if keys else coordinator.endpoint
    return "\n".join(subprocess.run(
        [wire.find_qpool(), verb, "--connect", connect, "--timeout", "5"], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout[:4000] for verb in ("jobs", "workers"))


def usual(log):
    """What the log is full of."""
    lines = collections.Counter(
        re.sub(rb"mutant\S*|'[^']*'|\d+", b"#", line.partition(b"] ")[2])[:80] for line in log.splitlines())
    return "; ".join(f"{count} x {line.decode(errors='replace')}" for line, count in lines.most_common(3))


def claim(transport, folder):
    """Peers that choose the routing ids which a ROUTER would make next; whether the coordinator runs on.

    libzmq counts routing ids up from a number that the C library's rand() gives, and ends the process
    where one of them is taken. Unless somebody seeded it, that number is always the same.
    """
    folder = os.path.join(folder, f"claim-{transport}")
    os.mkdir(folder)
    keys = Keys(folder) if transport == "curve" else None
    coordinator = wire.Coordinator(folder, "--in-memory", *(["--keys", keys.folder] if keys else []))
    library, peers = Library(), []
    try:
        libc = ctypes.CDLL(None)
        libc.srand(1)
        drawn = [libc.rand() for _ in range(40)]
        for low, high in zip(drawn, drawn[1:]):
            first = (low | high << 31) & 2**32 - 1
            peers.append(Dealer(library, coordinator.endpoint, keys and keys.keys("client", "flood-0"),
                                routing_id=b"\0" + struct.pack(">I", first + 30 & 2**32 - 1)))
        time.sleep(2)
        for _ in range(80):
            peers.append(Dealer(library, coordinator.endpoint, keys and keys.keys("client", "flood-1")))
        end = clock() + 5
        while coordinator.process.poll() is None and clock() < end:
            time.sleep(0.1)
        alive = coordinator.process.poll() is None
    finally:
        coordinator.process.kill()
        coordinator.process.wait()
        for peer in peers:
            peer.close()
        library.end()
    print(f"\nrouting ids claimed, {transport}: the coordinator {'runs on' if alive else 'ENDED'}")
    return [] if alive else [f"{transport}: a peer that claims the next routing id ends the coordinator"]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=lambda text: int(float(text)), default=1_000_000,
                        help="messages over each transport")
    parser.add_argument("--transport", choices=["plain", "curve"], nargs="+", default=["plain", "curve"])
    parser.add_argument("--seed", type=int, default=20261128)
    parser.add_argument("--bare", type=float, default=0.1, help="the share of frames on bare TCP")
    parser.add_argument("--most", type=float, default=3600, help="seconds an attack may take")
    parser.add_argument("--patience", type=float, default=120, help="seconds an honest job may take")
    parser.add_argument("--keep-log", metavar="PATH", help="keep the coordinators' logs, as PATH-TRANSPORT.log")
    chosen = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="qpool-malformed-")
    problems = []
    try:
        text = os.path.join(folder, "job.yaml")
        with open(text, "w") as file:
            file.write(JOB)
        local = subprocess.run([wire.find_qpool(), "run", text, "-o", "json", "--quiet"], check=True,
                               capture_output=True, text=True).stdout
        digest = re.search(r'"digest"\s*:\s*"([0-9a-f]+)"', local)[1]
        honest = damage.templates(damage.record(folder))
        for transport in chosen.transport:
            problems += campaign(transport, chosen, folder, honest, digest)
            problems += claim(transport, folder)
    finally:
        shutil.rmtree(folder)
    for problem in problems:
        print("FAILED:", problem)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
