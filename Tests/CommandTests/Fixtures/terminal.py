# SPDX-License-Identifier: Apache-2.0
"""Runs a command with a terminal on standard error, and if wanted on standard output.

    python3 terminal.py COLUMNS[,LATER] STREAMS COMMAND...

STREAMS is `error` or `both`. After a second the terminal gets LATER columns. What the terminal was sent
goes to standard output; the status is the command's.
"""
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

# A terminal as people have it, whoever runs the tests.
os.environ["TERM"] = "xterm-256color"
os.environ.pop("NO_COLOR", None)

widths = [int(word) for word in sys.argv[1].split(",")]
leader, follower = pty.openpty()


def resize(columns):
    fcntl.ioctl(leader, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))


resize(widths[0])
child = os.fork()
if child == 0:
    os.close(leader)
    os.environ.pop("COLUMNS", None)
    os.environ["TERM"] = "xterm"
    if sys.argv[2] == "both":
        os.dup2(follower, 1)
    else:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(follower, 2)
    os.execvp(sys.argv[3], sys.argv[3:])
os.close(follower)
began, resized = time.monotonic(), False
while True:
    if len(widths) > 1 and not resized and time.monotonic() - began > 1:
        resize(widths[1])
        resized = True
        print("<resized>", end="")
    ready, _, _ = select.select([leader], [], [], 0.05)
    if ready:
        try:
            data = os.read(leader, 65536)
        except OSError:
            break
        sys.stdout.write(data.decode(errors="replace"))
    if time.monotonic() - began > 60:
        os.kill(child, signal.SIGKILL)
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) & 255)
