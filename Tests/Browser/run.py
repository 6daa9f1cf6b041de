#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The dashboard and the reports in a real browser.

    ops/test-browser [--pictures FOLDER] [--pages N] [--seconds S]

which sees to chromium, playwright and the program. Prints what it measured; ends with 1 where a check
fails. Nothing is asked to be quick: a machine may be busy.
"""
import argparse
import os
import shutil
import sys
import tempfile
import time

from playwright.sync_api import sync_playwright

from dashboard import DashboardTest
from pool import Pool
from reports import ReportsTest


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("qpool", type=os.path.abspath)
    parser.add_argument("--pictures", type=os.path.abspath, help="a folder for pictures of each screen")
    parser.add_argument("--pages", type=int, default=100, help="how many pages are open at once")
    parser.add_argument("--seconds", type=float, default=3, help="how long the coordinator is measured")
    options = parser.parse_args()
    if options.pictures:
        os.makedirs(options.pictures, exist_ok=True)
    began, failures = time.time(), []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("QPOOL_BROWSER") or shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu"])
        pool = Pool(options.qpool, folder)
        try:
            test = DashboardTest(pool, browser, options)
            test.run()
            failures += test.failures
        finally:
            pool.stop()
        test = ReportsTest(options.qpool, folder, browser, options)
        test.run()
        failures += test.failures
        browser.close()
    print(f"{len(failures)} checks failed, {time.time() - began:.0f} s")
    sys.exit(1 if failures else 0)


main()
