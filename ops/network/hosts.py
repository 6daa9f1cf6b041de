# SPDX-License-Identifier: Apache-2.0
"""Hosts that are network namespaces, and a switch between them that delays, loses and cuts. For ops/test-network."""
import heapq
import multiprocessing
import os
import pathlib
import random
import select
import shutil
import socket
import subprocess
import time

MARK = f"qp{os.getpid() % 10000}"
HOSTS = ("a", "b", "c")
DELAY_SECONDS = 0.025
LOSS = 0.01


def run(*command: str, check: bool = True) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    if check and done.returncode:
        raise SystemExit(f"FAILED: {' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def switch(names: list, delay, loss, cut) -> None:
    """Passes frames on between interfaces, late, and some never. Never returns."""
    every_protocol = 0x0003
    outgoing = 4
    ports = []
    for name in names:
        each = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(every_protocol))
        each.bind((name, every_protocol))
        each.setblocking(False)
        ports.append(each)
    place = {each.fileno(): number for number, each in enumerate(ports)}
    known, waiting, serial = {}, [], 0
    poll = select.poll()
    for each in ports:
        poll.register(each, select.POLLIN)
    while True:
        left = (waiting[0][0] - time.monotonic()) * 1000 if waiting else 1000
        for descriptor, _ in poll.poll(max(0, left)):
            came = place[descriptor]
            for _ in range(256):
                try:
                    frame, sender = ports[came].recvfrom(65536)
                except BlockingIOError:
                    break
                if sender[2] == outgoing:
                    continue
                known[frame[6:12]] = came
                to = known.get(frame[:6])
                for port in range(len(ports)) if to is None else (to,):
                    if port == came or cut[came] or cut[port] or random.random() < loss.value:
                        continue
                    serial += 1
                    heapq.heappush(waiting, (time.monotonic() + delay.value, serial, port, frame))
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            _, _, port, frame = heapq.heappop(waiting)
            try:
                ports[port].send(frame)
            except OSError:
                pass


class Network:
    """Hosts a, b, c on one switch; d behind b."""

    def __init__(self):
        self.delay = multiprocessing.Value("d", 0.0)
        self.loss = multiprocessing.Value("d", 0.0)
        self.cuts = multiprocessing.Array("b", len(HOSTS))
        self.switch = None
        self.running = []

    def up(self) -> None:
        for number, host in enumerate(HOSTS, 1):
            run("ip", "netns", "add", self.space(host))
            run("ip", "link", "add", f"{MARK}{host}", "type", "veth", "peer", "name", "eth0", "netns", self.space(host))
            run("ip", "link", "set", f"{MARK}{host}", "up")
            # Checksums must be in the frames, and frames no larger than the wire's.
            for command in (["ethtool"], ["ip", "netns", "exec", self.space(host), "ethtool"]):
                end = "eth0" if len(command) > 1 else f"{MARK}{host}"
                off = [word for each in ("tx", "rx", "tso", "gso", "gro") for word in (each, "off")]
                run(*command, "-K", end, *off, check=False)
            self.inside(host, "ip", "addr", "add", f"10.78.0.{number}/24", "dev", "eth0")
            self.inside(host, "ip", "addr", "add", f"fd78::{number}/64", "dev", "eth0", "nodad")
            self.inside(host, "ip", "link", "set", "lo", "up")
            self.inside(host, "ip", "link", "set", "eth0", "up")
        # A host whose address nobody else knows.
        run("ip", "netns", "add", self.space("d"))
        run("ip", "link", "add", "eth1", "netns", self.space("b"), "type", "veth", "peer", "name", "eth0", "netns",
            self.space("d"))
        self.inside("b", "ip", "addr", "add", "192.168.78.1/24", "dev", "eth1")
        self.inside("b", "ip", "link", "set", "eth1", "up")
        self.inside("d", "ip", "addr", "add", "192.168.78.2/24", "dev", "eth0")
        self.inside("d", "ip", "link", "set", "lo", "up")
        self.inside("d", "ip", "link", "set", "eth0", "up")
        self.inside("d", "ip", "route", "add", "default", "via", "192.168.78.1")
        self.inside("b", "sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")
        self.inside("b", "iptables", "-t", "nat", "-A", "POSTROUTING", "-s", "192.168.78.0/24", "-o", "eth0", "-j",
                    "MASQUERADE")
        self.switch = multiprocessing.Process(
            target=switch, args=([f"{MARK}{host}" for host in HOSTS], self.delay, self.loss, self.cuts), daemon=True)
        self.switch.start()

    def space(self, host: str) -> str:
        return f"{MARK}-{host}"

    def inside(self, host: str, *command: str) -> str:
        return run("ip", "netns", "exec", self.space(host), *command)

    def lead(self, name: str, address: str) -> None:
        """Lets a name lead to an address, and nowhere else, on the hosts b and c."""
        for host in ("b", "c"):
            file = pathlib.Path("/etc/netns") / self.space(host) / "hosts"
            file.parent.mkdir(parents=True, exist_ok=True)
            # In place: what is mounted over /etc/hosts is this file, not its name.
            file.write_text(f"127.0.0.1 localhost\n{address} {name}\n")

    def slow(self, is_slow: bool = True) -> None:
        self.delay.value = DELAY_SECONDS if is_slow else 0.0
        self.loss.value = LOSS if is_slow else 0.0

    def cut(self, host: str, is_cut: bool) -> None:
        self.cuts[HOSTS.index(host)] = is_cut

    def start(self, host: str, log: pathlib.Path, *command: str) -> subprocess.Popen:
        """A process on a host; its own, for `ip netns exec` becomes the program."""
        with open(log, "ab") as out:
            process = subprocess.Popen(["ip", "netns", "exec", self.space(host), *command], stdout=out, stderr=out)
        self.running.append(process)
        return process

    def down(self) -> None:
        for process in self.running:
            if process.poll() is None:
                process.kill()
            process.wait()
        if self.switch:
            self.switch.terminate()
            self.switch.join()
        for host in HOSTS + ("d",):
            run("ip", "netns", "del", self.space(host), check=False)
            shutil.rmtree(f"/etc/netns/{self.space(host)}", ignore_errors=True)
