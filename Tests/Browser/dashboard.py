#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The dashboard in a real browser: a job of two workers, live; a coordinator that restarts; hostile names.

    ops/test-browser [FOLDER FOR PICTURES]

which sees to chromium, playwright and the arguments: PATH/TO/qpool [FOLDER FOR PICTURES]. Prints what it
measured; ends with 1 where a check fails. Nothing is asked to be quick: a machine may be busy.
"""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

from playwright.sync_api import sync_playwright

QPOOL = os.path.abspath(sys.argv[1])
PICTURES = sys.argv[2] if len(sys.argv) > 2 else None
BROWSER = os.environ.get("QPOOL_BROWSER") or shutil.which("chromium")
# Of all that is waited for: it ends a test that would go on for ever, and is no measure of anything.
PATIENCE_SECONDS = 300
HOSTILE = "<img src=x onerror=alert(1)> \"quoted\" 'job' \U0001F680 caf\u00e9 \u202eback \u0007 & 100 %"
failures = []


def check(condition, what):
    print(("ok      " if condition else "FAILED  ") + what, flush=True)
    if not condition:
        failures.append(what)


def until(page, expression, argument=None, seconds=PATIENCE_SECONDS):
    """Waits for an expression without having the page evaluate it, which its policy forbids."""
    end = time.time() + seconds
    while not page.evaluate(expression, argument):
        if time.time() > end:
            raise SystemExit("in vain: " + expression)
        time.sleep(.1)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Pool:
    def __init__(self, folder):
        self.folder, self.port, self.http = folder, free_port(), free_port()
        self.endpoint, self.site = f"tcp://127.0.0.1:{self.port}", f"http://127.0.0.1:{self.http}/"
        self.workers, self.log = [], open(folder + "/log", "w")
        self.start()

    def start(self):
        self.coordinator = subprocess.Popen(
            [QPOOL, "coordinator", "--listen", self.endpoint, "--http", f"127.0.0.1:{self.http}", "--store",
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

    def add_worker(self):
        self.workers.append(subprocess.Popen(
            [QPOOL, "worker", "--connect", self.endpoint, "--threads", "1"], stderr=self.log, stdout=self.log))

    def submit(self, name, samples, identity, utility="x[0] + x[1]", more=""):
        text = (f"name: {json.dumps(name, ensure_ascii=False)}\nseed: 7\nbase: {{ normal: {{ dimension: 2 }} }}\n"
                f"utility: \"{utility}\"\nquantile: 0.001\nsamples: {samples}\ndraws: 5\n{more}")
        path = self.folder + f"/{identity}.yaml"
        open(path, "w").write(text)
        subprocess.run([QPOOL, "submit", "--id", identity, "--connect", self.endpoint, "--timeout",
                        str(PATIENCE_SECONDS), path], check=True,
                       stdout=subprocess.DEVNULL, stderr=self.log)

    def stop(self):
        for process in self.workers + [self.coordinator]:
            process.kill()
            process.wait()


def cpu_seconds(process):
    fields = open(f"/proc/{process.pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def hundred_streams(pool, seconds):
    """Processor time of the coordinator in so many seconds, with 0 and with 100 open pages."""
    def measure():
        begin = cpu_seconds(pool.coordinator)
        time.sleep(seconds)
        return cpu_seconds(pool.coordinator) - begin

    alone = measure()
    frames, bytes_read, open_sockets = [0] * 100, [0] * 100, []

    def follow(number):
        with socket.create_connection(("127.0.0.1", pool.http)) as s:
            open_sockets.append(s)
            s.sendall(b"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            try:
                while data := s.recv(1 << 16):
                    bytes_read[number] += len(data)
                    frames[number] += data.count(b"event: pool")
            except OSError:
                pass

    threads = [threading.Thread(target=follow, args=(n,), daemon=True) for n in range(100)]
    for thread in threads:
        thread.start()
    time.sleep(2)
    begin = sum(frames)
    watched = measure()
    rate = (sum(frames) - begin) / 100 / seconds
    end = time.time() + PATIENCE_SECONDS
    while min(frames) < 3 and time.time() < end:
        time.sleep(.2)
    for s in open_sockets:
        try:
            s.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
    print(f"100 pages: {watched / seconds:.4f} processor seconds a second, without {alone / seconds:.4f}; "
          f"{rate:.2f} updates a second and page, {sum(bytes_read) / max(1, sum(frames)) / 1e3:.1f} kB each")
    check(min(frames) >= 3, "each of 100 pages is told, again and again")
    check(watched - alone < .2 * seconds, "100 pages cost the coordinator under 20 % of a core")


def main():
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        pool = Pool(folder)
        browser = playwright.chromium.launch(
            executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu"])
        try:
            run(pool, browser)
        finally:
            browser.close()
            pool.stop()
    print(f"{len(failures)} checks failed")
    sys.exit(1 if failures else 0)


def picture(page, name):
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


def run(pool, browser):
    context = browser.new_context(viewport={"width": 1200, "height": 800}, color_scheme="light")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_SECONDS * 1000)
    errors, foreign, weight = [], [], [0]
    page.on("console", lambda m: errors.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda e: errors.append(str(e)))
    page.on("request", lambda r: foreign.append(r.url) if not r.url.startswith((pool.site, "data:")) else None)
    page.on("response", lambda r: weight.__setitem__(
        0, weight[0] + int(r.headers.get("content-length", 0))) if r.url.startswith("http") else None)
    page.on("dialog", lambda d: errors.append("a dialog opened: " + d.message))

    page.goto(pool.site)
    page.wait_for_selector(".live.on")
    print(f"weight of the page: {weight[0] / 1e3:.1f} kB")
    check(weight[0] < 60_000, "the page weighs under 60 kB")
    check("No jobs yet" in page.inner_text("#no-jobs"), "an empty pool says what to do")
    picture(page, "empty")

    pool.add_worker()
    pool.add_worker()
    pool.submit("quick one", 1e6, "quick")
    # More samples than any machine makes while this looks on.
    pool.submit(HOSTILE, 4e11, "hostile", more="cost: { far: \"norm(x) > 4\" }\nhistogram: true\n")
    pool.submit("waits for nobody", 3e11, "second", utility="-(x[0] - 1)^2")
    page.wait_for_selector("#jobs tbody tr:nth-child(3)")
    row = page.locator("tr[data-key=hostile]")
    until(page, "document.querySelectorAll('#workers tbody tr').length === 2")
    row.locator(".state.running").wait_for()
    check("<img src=x onerror=alert(1)>" in row.inner_text(), "markup in a name is shown as text")
    check(page.locator("#jobs img").count() == 0, "and makes no element")
    check("\u202e" not in row.inner_text() and "\\u{7}" in row.inner_text(), "control characters are shown, not obeyed")

    def progress():
        return float(row.locator("progress").evaluate("p => p.value"))

    first = progress()
    until(page, "v => document.querySelector('tr[data-key=hostile] progress').value > v", first)
    check(progress() > first, "progress moves without reloading")
    page.wait_for_selector("tr[data-key=quick] .state.done")
    check(True, "a job's end is seen")
    time.sleep(2)
    picture(page, "overview")
    hundred_streams(pool, 10)

    # By keyboard: the skip link, then on to the job's link.
    page.keyboard.press("Tab")
    check(page.evaluate("document.activeElement.className") == "skip", "the first tab is the skip link")
    link = row.locator("a")
    link.focus()
    time.sleep(2.2)
    check(page.evaluate("document.activeElement.getAttribute('href')") == "#/jobs/hostile", "updates leave the focus")
    page.keyboard.press("Enter")
    page.wait_for_selector("#threshold-chart svg")
    page.wait_for_selector("#timeline-chart rect.delivered")
    page.wait_for_selector("#spread-chart rect.below")
    page.wait_for_selector("#spread-chart rect.above")
    page.wait_for_selector("#spread-chart line.mark", state="attached")
    said = page.inner_text("#spread-words")
    until(page, "w => document.getElementById('spread-words').innerText !== w", said)
    check(said.startswith("utility of ") and said.endswith(" samples."), "the histogram grows: " + said)
    heights = page.eval_on_selector_all("#spread-chart rect.below, #spread-chart rect.above",
                                        "bars => bars.map(b => Number(b.getAttribute('height')))")
    check(len(heights) > 60 and all(h >= 0 for h in heights), f"it has bars ({len(heights)})")
    pool.workers[1].kill()
    try:
        page.wait_for_selector("#timeline-chart rect.lost")
    except Exception:
        print(f"the killed worker: {pool.workers[1].poll()}; the page: {page.inner_text('#live')}; "
              f"{page.inner_text('#timeline-words')}", file=sys.stderr)
        raise
    until(page, "document.getElementById('events').innerText.includes(' is gone: ')")
    check(True, "a killed worker's leases are seen lost, and told")
    pool.add_worker()
    time.sleep(4)
    until(page, "document.querySelectorAll('#threshold-table tbody tr').length >= 4")
    widths = page.eval_on_selector_all(
        "#threshold-table tbody tr", "rows => rows.map(r => r.children[3].textContent - r.children[1].textContent)")
    widths = [w for w in widths if w == w]
    check(len(widths) > 2 and all(a >= b for a, b in zip(widths, widths[1:])), "the threshold's interval narrows")
    check("qpool watch hostile --connect" in page.inner_text("#lines"), "there are lines to copy")
    check("onerror" in page.text_content("#job-text"), "the job's text is there")
    picture(page, "job")

    # Names and roles, as a screen reader has them.
    unnamed = page.evaluate("""() => [...document.querySelectorAll('a, button, input, progress, svg[role=img]')]
        .filter(e => !(e.getAttribute('aria-label') || e.textContent.trim() || (e.labels && e.labels.length))).length""")
    check(unnamed == 0, "all that can be reached has a name")
    small = page.evaluate("() => document.querySelectorAll('h1').length >= 1 && document.documentElement.lang === 'en'")
    check(small, "the page has a heading and a language")

    check(not errors, f"no console errors so far: {errors[:5]}")

    # The coordinator ends and comes back under the open page.
    before = page.inner_text("#job-facts")
    pool.coordinator.send_signal(signal.SIGKILL)
    pool.coordinator.wait()
    page.wait_for_selector(".live.off")
    check("connection lost" in page.inner_text("#live"), "a lost coordinator is told")
    picture(page, "lost")
    pool.start()
    page.wait_for_selector(".live.on")
    until(page, "b => document.getElementById('job-facts').innerText !== b", before)
    page.wait_for_selector("#job-state.running")
    check(True, "the page goes on by itself when the coordinator is back")
    # What the browser itself says of a server that is away is no fault of the page.
    away = [e for e in errors if "net::ERR_" in e]
    errors[:] = [e for e in errors if e not in away]
    print(f"lines of the browser while the coordinator was away: {len(away)}")

    dark = browser.new_context(viewport={"width": 1200, "height": 800}, color_scheme="dark").new_page()
    phone = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme="light", device_scale_factor=2,
                                is_mobile=True).new_page()
    for name, other in [("dark", dark), ("phone", phone)]:
        other.on("console", lambda m: errors.append(m.text) if m.type in ("error", "warning") else None)
        other.on("pageerror", lambda e: errors.append(str(e)))
        other.set_default_timeout(PATIENCE_SECONDS * 1000)
        other.goto(pool.site)
        other.wait_for_selector("tr[data-key=hostile]")
        time.sleep(3)
        wide = other.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        check(wide <= 0, f"{name}: the overview is no wider than the window ({wide})")
        picture(other, name)
        other.goto(pool.site + "#/jobs/hostile")
        other.wait_for_selector("#timeline-chart svg")
        time.sleep(4)
        wide = other.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        check(wide <= 0, f"{name}: a job's page is no wider than the window ({wide})")
        picture(other, name + "-job")

    other.goto(pool.site + "#/jobs/second")
    until(other, "document.getElementById('job-name').textContent === 'waits for nobody'")
    check(other.locator("#spread").is_hidden(), "a job that asks for no histogram shows none")
    if shutil.which("promtool"):
        metrics = pool.get("metrics")
        told = subprocess.run(["promtool", "check", "metrics"], input=metrics, capture_output=True)
        check(told.returncode == 0 and not told.stderr, "promtool check metrics: " + told.stderr.decode()[:300])
    else:
        print("skipped promtool check metrics: promtool is not installed (apt-get install prometheus)")
    check(not errors, f"no console errors: {errors[:5]}")
    check(not foreign, f"no request goes elsewhere: {foreign[:3]}")


main()
