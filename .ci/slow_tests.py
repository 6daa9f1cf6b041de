#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tells which tests took long, by the times that `swift test --no-parallel --xunit-output` wrote.

    .ci/slow_tests.py FILE...

A busy machine takes longer, so the times say where to look and fail nothing.
"""
import pathlib
import sys
import xml.etree.ElementTree

# A quick run is to be over in two minutes, with some 600 tests.
LONG = 3.0
MOST = 10


def main() -> None:
    tests = []
    for name in sys.argv[1:]:
        # A run that was stopped leaves half a file.
        if pathlib.Path(name).exists() and "</testsuites>" in pathlib.Path(name).read_text():
            for case in xml.etree.ElementTree.parse(name).iter("testcase"):
                tests.append((float(case.get("time", 0)), f"{case.get('classname')}/{case.get('name')}"))
    slow = sorted((test for test in tests if test[0] >= LONG), reverse=True)
    if not slow:
        return
    print(f"{len(slow)} test(s) took {LONG:g} s or more, of {len(tests)}; `.disabled(if: isQuick, \"why\")` leaves one out:")
    for seconds, name in slow[:MOST]:
        print(f"  {seconds:6.1f} s  {name}")


if __name__ == "__main__":
    main()
