# SPDX-License-Identifier: Apache-2.0
"""The dashboard in a real browser: a job of two workers, live; a coordinator that restarts; hostile names."""
import os
import shutil
import signal
import subprocess
import time

from browser import DESK, PHONE, BrowserTest, until
from pool import Pages, Pool

HOSTILE = "<img src=x onerror=alert(1)> \"quoted\" 'job' \U0001F680 caf\u00e9 \u202eback \u0007 & 100 %"


class DashboardTest(BrowserTest):
    def __init__(self, pool, browser, options):
        super().__init__(browser, pool.site, options.pictures)
        self.pool, self.options, self.weight = pool, options, 0
        self.page = self.open_page(DESK)

    def run(self):
        self.empty()
        self.pages()
        self.overview()
        self.job()
        self.lost_worker()
        self.course()
        self.names()
        self.restart()
        self.other_screens()
        self.metrics()
        self.silence()

    def empty(self):
        def weigh(response):
            self.weight += int(response.headers.get("content-length", 0)) if response.url.startswith("http") else 0

        self.page.on("response", weigh)
        self.page.goto(self.pool.site)
        self.page.wait_for_selector(".live.on")
        print(f"weight of the page: {self.weight / 1e3:.1f} kB")
        self.check(0 < self.weight < 60_000, "the page weighs under 60 kB")
        self.check("No jobs yet" in self.page.inner_text("#no-jobs"), "an empty pool says what to do")
        self.picture(self.page, "empty")

    def pages(self):
        """What many open pages cost the coordinator of a job whose own work is little."""
        folder = self.pool.folder + "/pages"
        os.mkdir(folder)
        pool = Pool(self.pool.qpool, folder)
        try:
            pool.add_worker()
            pool.add_worker()
            pool.submit("few are kept", 4e11, "few", quantile="1e-8")
            while pool.read("jobs/few")["workers"] < 2:
                time.sleep(.1)
            pages = Pages(pool, self.options.pages, self.options.seconds)
        finally:
            pool.stop()
        print(pages, flush=True)
        self.check(min(pages.frames) >= 3, f"each of {pages.pages} pages is told, again and again")
        self.check(pages.watched - pages.alone < .2, "they cost the coordinator under 20 % of a core")

    def overview(self):
        page, pool = self.page, self.pool
        pool.add_worker()
        pool.add_worker()
        pool.submit("quick one", 1e6, "quick")
        # More samples than any machine makes while this looks on.
        pool.submit(HOSTILE, 4e11, "hostile", more="cost: { far: \"norm(x) > 4\" }\nhistogram: true\n")
        pool.submit("waits for nobody", 3e11, "second", utility="-(x[0] - 1)^2")
        page.wait_for_selector("#jobs tbody tr:nth-child(3)")
        until(page, "document.querySelectorAll('#workers tbody tr').length === 2")
        row = page.locator("tr[data-key=hostile]")
        row.locator(".state.running").wait_for()
        self.check("<img src=x onerror=alert(1)>" in row.inner_text(), "markup in a name is shown as text")
        self.check(page.locator("#jobs img").count() == 0, "and makes no element")
        self.check("\u202e" not in row.inner_text() and "\\u{7}" in row.inner_text(),
                   "control characters are shown, not obeyed")
        first = float(row.locator("progress").evaluate("p => p.value"))
        until(page, "v => document.querySelector('tr[data-key=hostile] progress').value > v", first)
        self.check(True, "progress moves without reloading")
        page.wait_for_selector("tr[data-key=quick] .state.done")
        self.check(True, "a job's end is seen")
        time.sleep(2)
        self.picture(self.page, "overview")

    def job(self):
        """By keyboard to a job's page, which is drawn and grows."""
        page = self.page
        page.keyboard.press("Tab")
        self.check(page.evaluate("document.activeElement.className") == "skip", "the first tab is the skip link")
        page.locator("tr[data-key=hostile] a").focus()
        time.sleep(2.2)
        self.check(page.evaluate("document.activeElement.getAttribute('href')") == "#/jobs/hostile",
                   "updates leave the focus")
        page.keyboard.press("Enter")
        page.wait_for_selector("#threshold-chart svg")
        page.wait_for_selector("#timeline-chart rect.delivered")
        page.wait_for_selector("#spread-chart rect.below")
        page.wait_for_selector("#spread-chart rect.above")
        page.wait_for_selector("#spread-chart line.mark", state="attached")
        said = page.inner_text("#spread-words")
        until(page, "w => document.getElementById('spread-words').innerText !== w", said)
        self.check(said.startswith("utility of ") and said.endswith(" samples."), "the histogram grows: " + said)
        heights = page.eval_on_selector_all("#spread-chart rect.below, #spread-chart rect.above",
                                            "bars => bars.map(b => Number(b.getAttribute('height')))")
        self.check(len(heights) > 60 and all(h >= 0 for h in heights), f"it has bars ({len(heights)})")

    def lost_worker(self):
        page = self.page
        worker = self.pool.stopped_holder("hostile")
        # On a machine that is very busy a worker may have been silent for too long before.
        lost = page.locator("#timeline-chart rect.lost").count()
        worker.kill()
        worker.wait()
        until(page, "n => document.querySelectorAll('#timeline-chart rect.lost').length > n", lost)
        until(page, "document.getElementById('events').innerText.includes(' is gone: ')")
        self.check(True, "a killed worker's leases are seen lost, and told")
        self.pool.add_worker()

    def course(self):
        page = self.page
        until(page, "document.querySelectorAll('#threshold-table tbody tr').length >= 4")
        widths = page.eval_on_selector_all(
            "#threshold-table tbody tr",
            "rows => rows.map(r => r.children[3].textContent - r.children[1].textContent)")
        widths = [w for w in widths if w == w]
        self.check(len(widths) > 2 and all(a >= b for a, b in zip(widths, widths[1:])),
                   "the threshold's interval narrows")
        self.check("qpool watch hostile --connect" in page.inner_text("#lines"), "there are lines to copy")
        self.check("onerror" in page.text_content("#job-text"), "the job's text is there")
        # Where it is for people, the new worker has leases in it too.
        time.sleep(6 if self.pictures else 0)
        self.picture(self.page, "job")

    def names(self):
        """Names and roles, as a screen reader has them."""
        unnamed = self.page.evaluate("""() => [...document.querySelectorAll('a, button, input, progress, svg[role=img]')]
            .filter(e => !(e.getAttribute('aria-label') || e.textContent.trim() || (e.labels && e.labels.length))).length""")
        self.check(unnamed == 0, "all that can be reached has a name")
        self.check(self.page.evaluate("() => document.querySelectorAll('h1').length >= 1 "
                                      "&& document.documentElement.lang === 'en'"),
                   "the page has a heading and a language")

    def restart(self):
        """The coordinator ends and comes back under the open page."""
        self.silence()
        page = self.page
        before = page.inner_text("#job-facts")
        self.pool.coordinator.send_signal(signal.SIGKILL)
        self.pool.coordinator.wait()
        page.wait_for_selector(".live.off")
        self.check("connection lost" in page.inner_text("#live"), "a lost coordinator is told")
        self.picture(self.page, "lost")
        self.pool.start()
        page.wait_for_selector(".live.on")
        until(page, "b => document.getElementById('job-facts').innerText !== b", before)
        page.wait_for_selector("#job-state.running")
        self.check(True, "the page goes on by itself when the coordinator is back")
        # What the browser itself says of a server that is away is no fault of the page.
        away = [e for e in self.errors if "net::ERR_" in e]
        self.errors[:] = [e for e in self.errors if e not in away]
        print(f"lines of the browser while the coordinator was away: {len(away)}")

    def other_screens(self):
        for name, screen, ground in [("dark", DESK, "dark"), ("phone", PHONE, "light")]:
            other = self.open_page(screen, ground)
            other.goto(self.pool.site)
            other.wait_for_selector("tr[data-key=hostile] .state.running")
            self.fits(other, f"{name}: the overview")
            self.picture(other, name)
            other.goto(self.pool.site + "#/jobs/hostile")
            other.wait_for_selector("#timeline-chart svg")
            other.wait_for_selector("#spread-chart svg")
            time.sleep(10 if self.pictures else 0)
            self.fits(other, f"{name}: a job's page")
            self.picture(other, name + "-job")
        other.goto(self.pool.site + "#/jobs/second")
        until(other, "document.getElementById('job-name').textContent === 'waits for nobody'")
        self.check(other.locator("#spread").is_hidden(), "a job that asks for no histogram shows none")

    def metrics(self):
        if not shutil.which("promtool"):
            return print("skipped promtool check metrics: promtool is not installed (apt-get install prometheus)")
        told = subprocess.run(["promtool", "check", "metrics"], input=self.pool.get("metrics"), capture_output=True)
        self.check(told.returncode == 0 and not told.stderr, "promtool check metrics: " + told.stderr.decode()[:300])
