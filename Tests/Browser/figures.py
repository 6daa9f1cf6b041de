#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the pictures of the dashboard, of reports and of terminals that the documents show:

    .build-browser/bin/pip install pillow
    .build-browser/bin/python Tests/Browser/figures.py PATH/TO/qpool [docs/figures]

after `ops/test-browser`, which sees to the browser. A live job of two workers, of whom one is killed; each kind of
report; what terminals of 60, 80 and 200 columns are sent. In few colours, so that they are small. Look at each.
"""
import html
import io
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

from PIL import Image
from playwright.sync_api import sync_playwright

from browser import DESK, PHONE, until
from pool import Pool
from reports import KINDS, ROOT, report

TERMINAL = ROOT / "Tests/CommandTests/Fixtures/terminal.py"
# Of each report: screen, ground, and how much of it is shown.
REPORTS = {
    "sweep": (DESK, "light", 1400), "levels": (DESK, "light", 1700), "attack": (DESK, "light", 1300),
    "search": (DESK, "light", 1470), "audit": (DESK, "dark", 1000), "draws": (DESK, "dark", 1700),
    "phone": (PHONE, "light", 1500),
}
KIND = {"draws": "exact", "phone": "levels"}
JOB = """name: two-branches
base: { normal: { dimension: 2 } }
utility: >-
  -min(3 + 0.1*(x[0]-x[1])^2 - (x[0]+x[1])/sqrt(2), 3 + 0.1*(x[0]-x[1])^2 + (x[0]+x[1])/sqrt(2))
quantile: 1e-3
samples: 4e9
draws: 5
histogram: true
"""


class Figures:
    def __init__(self, qpool, folder, browser, target):
        self.qpool, self.folder, self.browser, self.target = qpool, folder, browser, target

    def keep(self, name, page, height=None, width=None):
        whole = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
        scale = whole.width / page.viewport_size["width"]
        part = whole.crop((0, 0, whole.width, round(min(height * scale, whole.height)) if height else whole.height))
        if width:
            part = part.resize((width, round(part.height * width / part.width)), Image.LANCZOS)
        part.quantize(160, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(self.target / f"{name}.png", optimize=True)
        print(f"{name}: {part.width} x {part.height}, {(self.target / name).with_suffix('.png').stat().st_size / 1e3:.0f} kB")

    def page(self, screen, ground, address):
        page = self.browser.new_context(**screen, color_scheme=ground).new_page()
        page.goto(address)
        return page

    def dashboard(self):
        desk = {"viewport": {"width": 1000, "height": 560}}
        pool = Pool(self.qpool, self.folder)
        try:
            pool.add_worker()
            pool.add_worker()
            pool.submit("flights, a first look", 2e6, "flights-1")
            path = pathlib.Path(self.folder) / "two-branches.yaml"
            path.write_text(JOB)
            subprocess.run([self.qpool, "submit", "--id", "two-branches", "--connect", pool.endpoint, path], check=True,
                           stdout=subprocess.DEVNULL)
            time.sleep(15)
            pool.stopped_holder("two-branches").kill()
            pool.add_worker()
            job = pool.site + "#/jobs/two-branches"
            page = self.page(desk, "light", job)
            page.wait_for_selector("#timeline-chart rect.lost")
            until(page, "document.querySelectorAll('#threshold-table tbody tr').length >= 4")
            time.sleep(15)
            self.keep("dashboard-job", page)
            self.keep("dashboard", self.shown(desk, "light", pool.site), 560)
            self.keep("dashboard-dark", self.shown(desk, "dark", job), 1360)
            self.keep("dashboard-phone", self.shown(PHONE, "light", job), 1560, 390)
            page.locator("#spread").scroll_into_view_if_needed()
            box = page.locator("#spread").bounding_box()
            part = Image.open(io.BytesIO(page.screenshot(clip=box))).convert("RGB")
            part.quantize(160, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(self.target / "dashboard-histogram.png", optimize=True)
        finally:
            pool.stop()

    def shown(self, screen, ground, address):
        page = self.page(screen, ground, address)
        page.wait_for_selector("#timeline-chart rect, #jobs tbody tr")
        time.sleep(3)
        return page

    def reports(self):
        for kind in KINDS:
            report(self.qpool, self.folder, kind)
        for name, (screen, ground, height) in REPORTS.items():
            narrow = screen if screen is PHONE else {"viewport": {"width": 816, "height": 800}}
            path = pathlib.Path(self.folder) / f"{KIND.get(name, name)}.html"
            self.keep(f"report-{name}", self.page(narrow, ground, path.as_uri()), height,
                      390 if screen is PHONE else None)

    def terminals(self):
        examples = ROOT / "examples"
        commands = [
            ["run", examples / "four-branch.yaml", "--set", "samples=1e6", "--set", "draws=3"],
            ["plan", examples / "four-branch.yaml"], ["estimate", examples / "estimate.yaml"],
            ["sweep", examples / "goodhart-sweep.yaml", "--set", "utilities.light=",
             "--set", "sweep.quantiles=[1, 0.1, 0.01]"],
            ["verify", f"{self.folder}/exact.json"], ["config"],
        ]
        for columns in (60, 80, 200):
            text = ""
            for command in commands:
                said = subprocess.run(
                    [sys.executable, TERMINAL, str(columns), "both", self.qpool, *command,
                     *([] if command[0] in ("plan", "verify", "config") else ["-q"])],
                    stdout=subprocess.PIPE, text=True, check=True,
                    env={**os.environ, "HOME": "/home/ann", "XDG_CONFIG_HOME": "/home/ann/.config",
                         "XDG_STATE_HOME": "/home/ann/.local/state"}).stdout
                line = " ".join(pathlib.Path(word).name if "/" in str(word) else str(word) for word in command)
                text += f"<b>$ qpool {html.escape(line)}</b>\n" + marked(said.replace("\r", "")) + "\n"
            page = self.browser.new_context(viewport={"width": round(columns * 8.43) + 26, "height": 400}).new_page()
            page.set_content(
                "<style>body{margin:0;background:#14181b}pre{margin:12px;color:#e8ecef;white-space:pre;"
                f"font:14px/1.35 'DejaVu Sans Mono',monospace}}</style><pre>{text}</pre>")
            self.keep(f"terminal-{columns}", page)


def marked(text):
    """What a terminal is sent, with its colours, as HTML."""
    text = html.escape(text)
    for code, style in [("1", "font-weight:bold"), ("2", "opacity:.6"), ("31", "color:#ff8f6b")]:
        text = text.replace(f"\x1b[{code}m", f"<span style='{style}'>")
    return re.sub("\x1b\\[[0-9;]*[mK]", "", text.replace("\x1b[0m", "</span>"))


def main():
    qpool = os.path.abspath(sys.argv[1])
    target = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else ROOT / "docs/figures")
    target.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("QPOOL_BROWSER") or shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu"])
        figures = Figures(qpool, folder, browser, target)
        figures.dashboard()
        figures.reports()
        figures.terminals()
        browser.close()


main()
