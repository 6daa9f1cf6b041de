# SPDX-License-Identifier: Apache-2.0
"""What every test in the browser has: checks that are counted, pages of which each complaint is heard."""
import time

from pool import PATIENCE_SECONDS

DESK = {"viewport": {"width": 1200, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True}


def until(page, expression, argument=None):
    """Waits for an expression without having the page evaluate it, which its policy forbids."""
    end = time.time() + PATIENCE_SECONDS
    while not page.evaluate(expression, argument):
        if time.time() > end:
            raise SystemExit("in vain: " + expression)
        time.sleep(.1)


class BrowserTest:
    """Pages of one origin, which may ask for nothing elsewhere and write nothing into the console."""

    def __init__(self, browser, origin, pictures):
        self.browser, self.origin, self.pictures = browser, origin, pictures
        self.failures, self.errors, self.foreign = [], [], []

    def check(self, condition, what):
        print(("ok      " if condition else "FAILED  ") + what, flush=True)
        if not condition:
            self.failures.append(what)

    def open_page(self, screen, ground="light"):
        """A page of a reader of its own."""
        page = self.browser.new_context(**screen, color_scheme=ground).new_page()
        page.set_default_timeout(PATIENCE_SECONDS * 1000)
        page.on("console", lambda m: self.errors.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: self.errors.append(str(e)))
        page.on("dialog", lambda d: self.errors.append("a dialog opened: " + d.message))
        page.on("request", lambda r: self.foreign.append(r.url)
                if not r.url.startswith((self.origin, "data:")) else None)
        return page

    def fits(self, page, what):
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        self.check(wide <= 0, f"{what} is no wider than the window" + (f" ({wide})" if wide > 0 else ""))

    def picture(self, page, name):
        if self.pictures:
            page.screenshot(path=f"{self.pictures}/{name}.png", full_page=True)

    def silence(self):
        self.check(not self.errors, f"no console errors{': ' + str(self.errors[:5]) if self.errors else ''}")
        self.check(not self.foreign, f"no request goes elsewhere{': ' + str(self.foreign[:3]) if self.foreign else ''}")
