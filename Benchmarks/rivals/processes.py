# SPDX-License-Identifier: Apache-2.0
"""What kills.py and throughput.py share: a venv with the rivals, and the processes of a case, which mark
themselves with QPOOL_RIVAL_CASE, so that all that they leave behind is found and ended."""
import os
import re
import signal
import subprocess
import sys
import time


def make_venv(folder, packages):
    """The Python of a venv that has the packages, a mapping of what pip installs to what is imported."""
    python = folder / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    probe = [python, "-c", "import " + ", ".join(packages.values())]
    if subprocess.run(probe, capture_output=True).returncode != 0:
        print(f"installing {', '.join(packages)} into {folder}", file=sys.stderr)
        subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=True)
    return python


def descendants(root):
    """Every process below one, of its session, or with this case's mark, by number."""
    parents, marked = {}, set()
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat") as stat:
                parts = stat.read().rpartition(")")[2].split()
            parents[int(entry)] = int(parts[1])
            # Some change their title, which overwrites the mark; some begin a session.
            if int(parts[3]) == root:
                marked.add(int(entry))
            with open(f"/proc/{entry}/environ", "rb") as environ:
                if f"QPOOL_RIVAL_CASE={root}".encode() in environ.read().split(b"\0"):
                    marked.add(int(entry))
        except OSError:
            continue
    found = {root}
    while True:
        more = {child for child, parent in parents.items() if parent in found} - found
        if not more:
            return (found | marked) - {os.getpid()}
        found |= more


def end(process):
    for _ in range(5):
        left = descendants(process.pid)
        if process.poll() is not None:
            left.discard(process.pid)
        if not left:
            return
        for number in left:
            try:
                os.kill(number, signal.SIGKILL)
            except ProcessLookupError:
                pass
        process.poll()
        time.sleep(0.2)


def memory(root):
    """Megabytes of a case's processes: shared pages are divided among those that share them."""
    total = 0
    for number in descendants(root):
        try:
            with open(f"/proc/{number}/smaps_rollup") as file:
                total += int(re.search(r"^Pss:\s+(\d+)", file.read(), re.M)[1])
        except (OSError, TypeError):
            continue
    return total / 1024
