# SPDX-License-Identifier: Apache-2.0
"""Reports of each kind in a real browser: on a desk, on a phone, in the dark; tables that sort; and, for
pictures, what a terminal shows of the same results."""
import html
import json
import os
import pathlib
import re
import subprocess
import sys

from browser import DESK, PHONE, BrowserTest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TERMINAL = ROOT / "Tests/CommandTests/Fixtures/terminal.py"
NAME = "caf\u00e9 \U0001F680 <b>\"it's\"</b> \u0007 & 100 %"
# A report for each kind: its name, the verb, the job, and pictures that must be on it.
KINDS = [
    ("exact", ["run", "four-branch.yaml", "--set", "histogram=true", "--set", "samples=1e6"],
     ["utility", "histogram", "top", "costs", "draws-0-1"]),
    ("sweep", ["sweep", "goodhart-sweep.yaml", "--set", "samples=1e6", "--set", "utilities.light="],
     ["sweep-cost-1", "sweep-mean", "sweep-threshold"]),
    ("levels", ["estimate", "estimate.yaml", "--set", "method=splitting"], ["estimate", "levels"]),
    ("attack", ["attack", "attack.yaml"], ["attack-likelihood", "attack-shift", "attack-gradient"]),
    ("search", ["search", "search.yaml"], []),
    ("audit", ["audit", "audit.yaml"], ["audit"]),
]


class ReportsTest(BrowserTest):
    def __init__(self, qpool, folder, browser, options):
        super().__init__(browser, pathlib.Path(folder).as_uri() + "/", options.pictures)
        self.qpool, self.folder = qpool, folder

    def made(self, *arguments):
        return subprocess.run([self.qpool, *arguments], cwd=ROOT / "examples", check=True,
                              stdout=subprocess.PIPE).stdout

    def run(self):
        for name, verb, pictures in KINDS:
            page = f"{self.folder}/{name}.html"
            result = self.made(*verb, "-q", "-o", "json", "--set", "name=" + json.dumps(NAME, ensure_ascii=False),
                               "--report", page)
            path = f"{self.folder}/{name}.json"
            open(path, "wb").write(result)
            beside = []
            if name == "sweep":
                # Other rules for the same base and utility.
                for number, divergence in enumerate([.1, .5, 1]):
                    beside += ["--beside", f"{self.folder}/tilt-{number}.json"]
                    open(beside[-1], "wb").write(self.made(
                        "run", "goodhart-sweep.yaml", "-q", "-o", "json", "--set", "sweep=", "--set", "utilities.light=",
                        "--set", "samples=1e6", "--set", "draws=10", "--set", f"method.tilt.divergence={divergence}"))
                self.made("report", path, *beside, "-o", page)
            self.report(name, page, pictures)
        self.silence()
        if self.pictures:
            self.terminals()

    def report(self, name, path, pictures):
        for size, screen, ground in [("", DESK, "light"), ("-dark", DESK, "dark"), ("-phone", PHONE, "light")]:
            page = self.open_page(screen, ground)
            page.goto(pathlib.Path(path).as_uri())
            self.fits(page, f"report of {name}{size}")
            shown = page.locator("figure div:visible > svg")
            self.check(shown.count() == page.locator("figure").count() > 0, f"each picture is drawn once ({shown.count()})")
            over = page.evaluate(UNREADABLE)
            self.check(not over, f"each name can be read{': ' + str(over[:3]) if over else ''}")
            self.picture(page, f"report-{name}{size}")
            if size:
                continue
            self.check(page.title().startswith("caf\u00e9") and "<b>" in page.inner_text("h1"), "its name is a text")
            ids = page.evaluate("[...document.querySelectorAll('clipPath')].map(e => e.id)")
            self.check(all(f"{wanted}-wide" in ids for wanted in pictures), f"it has {', '.join(pictures)}")
            table = page.locator("table.sortable").first
            if table.count():
                self.sorts(page, table)

    def sorts(self, page, table):
        """By keyboard: both ways."""
        head = table.locator("th.number button").first
        place = head.evaluate("b => b.closest('th').cellIndex")
        page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
        for order in (1, -1):
            head.focus()
            page.keyboard.press("Enter")
            keys = table.evaluate("(t, i) => [...t.tBodies[0].rows].map(r => Number(r.cells[i].dataset.key))", place)
            keys = [key for key in keys if key == key]
            self.check(keys == sorted(keys, reverse=order < 0), f"a column sorts ({len(keys)} rows)")

    def terminals(self):
        """What terminals of three widths show, as pictures to look at."""
        commands = [
            ["run", f"{ROOT}/examples/four-branch.yaml", "--set", "samples=1e6", "-q"],
            ["plan", f"{ROOT}/examples/four-branch.yaml"], ["sweep", f"{ROOT}/examples/goodhart-sweep.yaml", "-q"],
            ["verify", f"{self.folder}/exact.json"], ["config"],
        ]
        for columns in (60, 80, 200):
            text = ""
            for command in commands:
                said = subprocess.run(
                    [sys.executable, TERMINAL, str(columns), "both", self.qpool, *command], stdout=subprocess.PIPE,
                    text=True, env={**os.environ, "HOME": "/root"}).stdout.replace("\r", "")
                text += "$ qpool " + " ".join(pathlib.Path(word).name for word in command) + "\n" + said + "\n"
            longest = max(len(line) for line in re.sub("\x1b\\[[0-9;]*[mK]", "", text).splitlines())
            print(f"terminal of {columns} columns: the longest line has {longest}")
            marked = html.escape(text)
            for code, style in [("1", "font-weight:bold"), ("2", "opacity:.6"), ("31", "color:#ff8f6b")]:
                marked = marked.replace(f"\x1b[{code}m", f"<span style='{style}'>")
            marked = marked.replace("\x1b[0m", "</span>")
            path = pathlib.Path(self.folder) / f"terminal-{columns}.html"
            path.write_text(
                "<meta charset=utf-8><style>body{margin:0;background:#14181b}pre{margin:12px;color:#e8ecef;"
                f"font:14px/1.35 'DejaVu Sans Mono',monospace;width:{columns}ch;border-right:1px solid #3a4249}}</style>"
                f"<pre>{marked}</pre>")
            page = self.open_page({"viewport": {"width": columns * 9 + 40, "height": 400}})
            page.goto(path.as_uri())
            self.picture(page, f"terminal-{columns}")


# Visible texts of a picture that lie over one another by more than a hair, or go beyond the picture.
UNREADABLE = """() => {
  const found = [];
  for (const svg of document.querySelectorAll("figure svg")) {
    if (svg.getBoundingClientRect().width === 0) continue;
    const box = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll("text")].map((t) => [t, t.getBoundingClientRect()]);
    for (const [a, p] of texts) if (p.left < box.left - .5 || p.right > box.right + .5) found.push("cut: " + a.textContent);
    texts.forEach(([a, p], i) => texts.slice(i + 1).forEach(([b, q]) => {
      const across = Math.min(p.right, q.right) - Math.max(p.left, q.left);
      const down = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
      if (across > 1 && down > 4) found.push(a.textContent + " / " + b.textContent);
    }));
  }
  return found;
}"""
