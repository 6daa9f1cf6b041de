# SPDX-License-Identifier: Apache-2.0
"""A coordinator with a dashboard and its workers, for the test in a browser."""
import json
import os
import signal
import socket
import subprocess
import threading
import time
import urllib.request

# Of all that is waited for: it ends a test that would go on for ever, and is no measure of anything.
PATIENCE_SECONDS = 300


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Pool:
    """A coordinator and workers, processes of their own that may be killed and stopped one by one."""

    def __init__(self, qpool, folder):
        self.qpool, self.folder, self.port, self.http = qpool, folder, free_port(), free_port()
        self.endpoint, self.site = f"tcp://127.0.0.1:{self.port}", f"http://127.0.0.1:{self.http}/"
        self.workers, self.log = [], open(folder + "/log", "w")
        self.start()

    def start(self):
        self.coordinator = subprocess.Popen(
            [self.qpool, "coordinator", "--listen", self.endpoint, "--http", f"127.0.0.1:{self.http}", "--store",
             self.folder + "/store.sqlite", "--silence", "5s", "--lease-seconds", "0.5"],
            stderr=self.log, stdout=self.log)
        self.get("readyz")

    def get(self, path):
        """An answer; asked for again while the coordinator starts or is too busy to give one (503)."""
        end = time.time() + PATIENCE_SECONDS
        while time.time() < end:
            try:
                return urllib.request.urlopen(self.site + path, timeout=5).read()
            except OSError:
                time.sleep(.05)
        raise SystemExit(f"the coordinator does not answer {path}: " + open(self.folder + "/log").read())

    def read(self, path):
        return json.loads(self.get("api/v1/" + path))

    def add_worker(self):
        self.workers.append(subprocess.Popen(
            [self.qpool, "worker", "--connect", self.endpoint, "--threads", "1"], stderr=self.log, stdout=self.log))

    def submit(self, name, samples, identity, utility="x[0] + x[1]", quantile="0.001", more=""):
        text = (f"name: {json.dumps(name, ensure_ascii=False)}\nseed: 7\nbase: {{ normal: {{ dimension: 2 }} }}\n"
                f"utility: \"{utility}\"\nquantile: {quantile}\nsamples: {samples}\ndraws: 5\n{more}")
        path = self.folder + f"/{identity}.yaml"
        open(path, "w").write(text)
        subprocess.run([self.qpool, "submit", "--id", identity, "--connect", self.endpoint, "--timeout",
                        str(PATIENCE_SECONDS), path], check=True,
                       stdout=subprocess.DEVNULL, stderr=self.log)

    def held(self, job):
        """How many leases of a job each worker holds, by its process."""
        ids = {worker["id"]: worker["process"] for worker in self.read("workers")["workers"]}
        counts = {process: 0 for process in ids.values()}
        for lease in self.read(f"jobs/{job}")["course"]["leases"]:
            if lease["to"] is None and lease["worker"] in ids:
                counts[ids[lease["worker"]]] += 1
        return counts

    def stopped_holder(self, job):
        """A worker that stands still (SIGSTOP) and holds a lease of the job, so that it is lost with it.

        A worker holds two leases, and of which jobs depends on whose turn it was: two workers and two jobs in
        step may share them for minutes so that one worker has none of a job. So it is looked at, not taken as given.
        """
        end = time.time() + PATIENCE_SECONDS
        while time.time() < end:
            for process in [worker for worker in self.workers if worker.poll() is None]:
                process.send_signal(signal.SIGSTOP)
                # What was on its way has come then, and an answer is at most a quarter of a second old.
                time.sleep(.7)
                if self.held(job).get(process.pid, 0) > 0:
                    return process
                process.send_signal(signal.SIGCONT)
                time.sleep(.3)
        raise SystemExit(f"no worker holds a lease of {job}: {self.held(job)}")

    def stop(self):
        for process in self.workers + [self.coordinator]:
            process.kill()
            process.wait()


def cpu_seconds(process):
    fields = open(f"/proc/{process.pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Pages:
    """What the coordinator does with so many open pages, over so many seconds.

    Each is a connection that takes the stream of updates as the page does, and draws nothing.
    """

    def __init__(self, pool, pages, seconds):
        self.pool, self.seconds, self.pages = pool, seconds, pages
        self.frames, self.bytes = [0] * pages, [0] * pages
        self.alone = self._measure()
        self._sockets = []
        threads = [threading.Thread(target=self._follow, args=(n,), daemon=True) for n in range(pages)]
        for thread in threads:
            thread.start()
        end = time.time() + PATIENCE_SECONDS
        while min(self.frames) < 1 and time.time() < end:
            time.sleep(.1)
        begin = sum(self.frames)
        self.watched = self._measure()
        self.rate = (sum(self.frames) - begin) / pages / seconds
        while min(self.frames) < 3 and time.time() < end:
            time.sleep(.2)
        for s in self._sockets:
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        for thread in threads:
            thread.join()

    def _measure(self):
        """Processor seconds a second."""
        begin = cpu_seconds(self.pool.coordinator)
        time.sleep(self.seconds)
        return (cpu_seconds(self.pool.coordinator) - begin) / self.seconds

    def _follow(self, number):
        with socket.create_connection(("127.0.0.1", self.pool.http)) as s:
            self._sockets.append(s)
            s.sendall(b"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            try:
                while data := s.recv(1 << 16):
                    self.bytes[number] += len(data)
                    self.frames[number] += data.count(b"event: pool")
            except OSError:
                pass

    def __str__(self):
        each = sum(self.bytes) / max(1, sum(self.frames)) / 1e3
        return (f"{self.pages} pages: {self.watched:.4f} processor seconds a second, without {self.alone:.4f}; "
                f"{self.rate:.2f} updates a second and page, {each:.1f} kB each")
