# SPDX-License-Identifier: Apache-2.0
"""Reports of each kind in a real browser: on a desk, on a phone, in the dark; tables that sort."""
import json
import pathlib
import subprocess

from browser import DESK, PHONE, BrowserTest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
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


def made(qpool, *arguments):
    return subprocess.run([qpool, *arguments], cwd=ROOT / "examples", check=True, stdout=subprocess.PIPE).stdout


def report(qpool, folder, kind, name=None):
    """Makes a kind's result and report in a folder, with another name if wanted; the report's path."""
    title, verb, _ = kind
    path, page = f"{folder}/{title}.json", f"{folder}/{title}.html"
    named = ["--set", "name=" + json.dumps(name, ensure_ascii=False)] if name else []
    open(path, "wb").write(made(qpool, *verb, "-q", "-o", "json", *named, "--report", page))
    if title == "sweep":
        # Other rules for the same base and utility.
        beside = []
        for number, divergence in enumerate([.1, .5, 1]):
            beside += ["--beside", f"{folder}/tilt-{number}.json"]
            open(beside[-1], "wb").write(made(
                qpool, "run", "goodhart-sweep.yaml", "-q", "-o", "json", "--set", "sweep=", "--set", "utilities.light=",
                "--set", "samples=1e6", "--set", "draws=10", "--set", f"method.tilt.divergence={divergence}"))
        made(qpool, "report", path, *beside, "-o", page)
    return page


class ReportsTest(BrowserTest):
    def __init__(self, qpool, folder, browser, options):
        super().__init__(browser, pathlib.Path(folder).as_uri() + "/", options.pictures)
        self.qpool, self.folder = qpool, folder

    def run(self):
        for kind in KINDS:
            self.report(kind[0], report(self.qpool, self.folder, kind, NAME), kind[2])
        self.silence()

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
