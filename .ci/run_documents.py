#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Executes every command of every document, page by page, in a folder of its own.

    .ci/run_documents.py                     # QPOOL names the program
    .ci/run_documents.py docs/tutorial.md    # this page alone; -v prints what it runs
    .ci/run_documents.py --draw docs/tutorial.md    # and keeps the pictures that it makes

A page starts with `job.yaml`, its `result.json` and the examples; where it wants `results.pub`, the result is signed. What looks like a whole job becomes `job.yaml`, what
begins with `# NAME.py` becomes that file. Coordinators and workers run until the page, or the next coordinator, ends them;
a page that asks a pool without having started one gets one. `http://127.0.0.1:8000/v1` is a model of three letters.

Commands behind `<!-- not executed: REASON -->`, up to a blank line, are left out. Pictures that a page makes must be those of docs/figures, byte
for byte, and lines of a block between ``` must be among what its commands printed.
"""
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from check_documents import ROOT, documents, lines_of

# Blocks that are marked, in all documents; a new one wants a reason that is as good as the others'.
MOST_NOT_EXECUTED = 52
SECONDS_A_PAGE = 300

# What is executed here; what else looks like a command has to be marked, for it may change the machine of whoever tests.
HERE = "qpool|python3|curl|cc|export|sqlite3|printf|chmod|cp|mkdir|cat|ls|umask|openssl|cd"
OUTSIDE = (
    r"\.?/?ops/\S+|pip|tar|apt|apt-get|docker|docker-compose|podman|clang|vllm|llama-server|kubectl|helm|sbatch|srun|squeue|scancel|"
    r"systemctl|systemd-\S+|sudo|swift|git|gzip|jq|install|chown|scp|ssh|exec")
FORM = r"^\(?(?:[A-Z_]+=\S+ )*(?:{})(?:[ ;]|$)"
COMMAND = re.compile(FORM.format(f"{HERE}|{OUTSIDE}"))
EXECUTED = re.compile(FORM.format(HERE))
ELSEWHERE = re.compile(r"(?:^|[\s=<>:@])/(?:etc|var|usr|opt/(?!plugins))|python3 (?:Benchmarks|Tests)/")
FILE = re.compile(r"^# ([\w-]+\.(?:py|sh|txt))$")
MARK = re.compile(r"^<!-- not executed: (.+) -->$")
POOL_VERBS = {
    "submit", "watch", "wait", "status", "describe", "logs", "result", "extend", "retry", "cancel", "priority", "forget", "jobs",
    "workers", "worker",
}
JOB = """\
seed: 1
base: { normal: { dimension: 2 } }
utility: "x[0] + x[1]"
quantile: 1%
samples: 1e6
draws: 5
costs: { far: "x[0] > 4" }
"""
PRELUDE = """\
set -eEu
services=()
at=0
stop_services() {
    local pid status
    for pid in "${services[@]}"; do
        if ! kill -0 "$pid" 2>/dev/null; then
            wait "$pid" || { status=$?; echo "PAGE FAILED: a service of line $at had ended with $status" >&2; exit 1; }
            continue
        fi
        kill -TERM "$pid" 2>/dev/null || true
        wait "$pid" || true
    done
    services=()
}
# Waits until somebody listens at a port, or the service that was started last has ended.
await() {
    local tries
    for tries in $(seq 300); do
        (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return
        kill -0 "${services[-1]}" 2>/dev/null || return 0
        sleep 0.1
    done
    echo "PAGE FAILED: nobody listens at $1, line $at" >&2
    exit 1
}
trap 'status=$?; echo "PAGE FAILED: line $at ended with $status" >&2' ERR
trap 'for pid in "${services[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done' EXIT
"""
# A result that a coordinator with keys has signed.
SIGNED = """\
qpool keygen keys --endpoint tcp://127.0.0.1:7411 --worker one --client two > /dev/null
qpool coordinator --keys keys > coordinator.log 2>&1 & services+=($!)
await 7411
qpool worker --quiet --connect keys/worker-one.yaml > worker.log 2>&1 & services+=($!)
qpool submit --connect keys/client-two.yaml --wait --quiet job.yaml -o result.json
cp keys/results.pub .
stop_services
"""
SHIM = """\
#!/usr/bin/env bash
# qpool, whose coordinator listens where no other listens.
if [ "${1:-}" = coordinator ]; then
    case " $* " in *" --help "*) ;; *)
        case " $* " in *" --listen "*) ;; *) set -- "$@" --listen "tcp://127.0.0.1:$POOL_PORT" ;; esac
        case " $* " in *" --http "* | *" --keys "*) ;; *) set -- "$@" --http "127.0.0.1:$HTTP_PORT" ;; esac ;;
    esac
fi
exec "$REAL_QPOOL" "$@"
"""


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def pieces(path: pathlib.Path) -> tuple:
    """A page's pieces of code, `(line, kind, lines)`; the marked blocks; the lines of what was printed."""
    found, marked, printed, block, reason, fence = [], [], [], [], None, False
    for number, (line, kind) in enumerate(lines_of(path) + [("", "blank"), ("end", "text")], 1):
        if line.startswith("```"):
            fence = line == "```" and not fence
            continue
        if fence:
            printed.append((number, line))
            continue
        if kind == "code" or (kind == "blank" and block):
            block.append((number, line[4:]))
            continue
        if block:
            made = split(block)
            if reason is not None:
                # The mark is of what stands up to the next blank line.
                if made[0][1] != "commands":
                    sys.exit(f"{path}:{made[0][0]}: a mark `not executed` before what is no command")
                marked.append((made[0][0], reason))
                del made[0]
            found += made
            block, reason = [], None
        mark = MARK.match(line)
        if mark:
            reason = mark[1]
        elif kind != "blank":
            reason = None
    return found, marked, printed


def split(block: list) -> list:
    """A block's pieces, which blank lines divide; a file goes on to the block's end."""
    found, piece = [], []
    for number, line in block + [(0, "")]:
        if line.strip() or (piece and FILE.match(piece[0][1])):
            piece.append((number, line))
            continue
        if piece:
            found.append(piece)
            piece = []
    if piece:
        found.append(piece)
    made = []
    for piece in found:
        first, lines = piece[0][0], [line for _, line in piece]
        text = "\n".join(lines)
        keys = set(re.findall(r"^([a-z]+):", text, re.M))
        if FILE.match(lines[0]):
            made.append((first, "file", lines))
        elif any(COMMAND.match(line) for line in lines):
            made.append((first, "commands", lines))
        elif "base" in keys and keys & {"utility", "utilities", "event"}:
            made.append((first, "job", lines))
        else:
            made.append((first, "other", lines))
    return made


def script(path: pathlib.Path, found: list, ports: dict) -> tuple:
    """The page as a script of bash; how many commands are in it; the pictures that it makes."""
    out, commands, pictures, has_pool = [PRELUDE], 0, [], False

    def place(text: str) -> str:
        text = text.replace("7411", str(ports["POOL_PORT"])).replace("7412", str(ports["HTTP_PORT"]))
        text = text.replace("127.0.0.1:8000", f"127.0.0.1:{ports['MODEL_PORT']}")
        text = text.replace("9000", str(ports["REWARD_PORT"]))
        text = re.sub(r"tcp://(?:coordinator\.example\.org|pool\.example\.org|coordinator):", "tcp://127.0.0.1:", text)
        text = text.replace("0.0.0.0:", "127.0.0.1:")
        return text.replace("/opt/plugins", "plugins")

    def pool() -> None:
        out.append("qpool coordinator --allow-plugins > coordinator.log 2>&1 & services+=($!)")
        out.append('await "$POOL_PORT"')
        out.append("qpool worker --quiet > worker.log 2>&1 & services+=($!)")
        out.append("qpool submit --id 3f9a --wait --quiet job.yaml > /dev/null")

    whole = "\n".join(line for _, kind, lines in found if kind == "commands" for line in lines)
    if "results.pub" in whole and "keygen" not in whole:
        out.append(place(SIGNED))
    for number, kind, lines in found:
        text = place("\n".join(lines))
        if kind == "file" or kind == "job":
            name = FILE.match(lines[0])[1] if kind == "file" else "job.yaml"
            out.append(f"cat > {name} <<'END_OF_{number}'\n{text}\nEND_OF_{number}")
        if kind != "commands":
            continue
        joined = re.sub(r"\\\n\s*", " ", text)
        for offset, line in enumerate(joined.splitlines()):
            if not line.strip() or line.startswith("#"):
                continue
            if not EXECUTED.match(line) or ELSEWHERE.search(line):
                sys.exit(f"{path.relative_to(ROOT)}:{number + offset}: `{line}` is neither executed here nor marked `not executed`")
            commands += 1
            pictures += re.findall(r"-o (\S+\.svg)", line)
            out.append(f"at={number + offset}")
            bare = re.sub(r"\s{2,}#.*$", "", line).rstrip()
            served = re.match(r"(?:[A-Z_]+=\S+ )*(?:qpool (coordinator|worker)\b|python3 \S+\.py &$)", bare)
            verb = re.search(r"\bqpool ([a-z-]+)", bare)
            if served and served[1] == "coordinator":
                out.append("stop_services")
                has_pool = True
            elif verb and verb[1] in POOL_VERBS and not has_pool and ".qstate" not in bare:
                pool()
                has_pool = True
            if served:
                log = f"service-{number + offset}.log"
                out.append(f"{bare.rstrip('& ')} > {log} 2>&1 & services+=($!)")
                if served[1] == "coordinator":
                    out.append('await "$POOL_PORT"')
                    if "--keys" not in bare:
                        out.append('await "$HTTP_PORT"')
                elif not served[1]:
                    out.append('await "$REWARD_PORT"')
            else:
                out.append(bare)
                if verb and verb[1] == "keygen":
                    # Connection files go to the machines of their peers.
                    out.append("cp keys/*.yaml .")
    out.append("at='the end'\nstop_services")
    return "\n".join(out) + "\n", commands, pictures


def run(path: pathlib.Path, found: list, printed: list, verbose: bool, draw: bool) -> tuple:
    name = path.relative_to(ROOT).as_posix()
    if not any(kind == "commands" for _, kind, _ in found):
        return 0, []
    ports = {key: free_port() for key in ("POOL_PORT", "HTTP_PORT", "MODEL_PORT", "REWARD_PORT")}
    text, commands, pictures = script(path, found, ports)
    problems, model = [], None
    with tempfile.TemporaryDirectory(prefix="qpool-page-") as place:
        folder = pathlib.Path(place)
        program = os.path.abspath(os.environ["QPOOL"])
        (folder / "bin").mkdir()
        (folder / "bin/qpool").write_text(SHIM)
        (folder / "bin/qpool").chmod(0o755)
        shutil.copytree(ROOT / "examples", folder / "examples", ignore=shutil.ignore_patterns(".build*", "__pycache__"))
        for link in ("clients", "Tests", "Benchmarks", "docker", "docs"):
            (folder / link).symlink_to(ROOT / link)
        (folder / "plugins").mkdir()
        (folder / "job.yaml").write_text(JOB)
        environment = {key: value for key, value in os.environ.items() if not key.startswith("QPOOL_")}
        environment |= {key: str(port) for key, port in ports.items()}
        environment |= {
            "HOME": place, "PATH": f"{folder}/bin:{os.environ['PATH']}", "REAL_QPOOL": program, "QPOOL": program,
            "QPOOL_CONNECT": f"tcp://127.0.0.1:{ports['POOL_PORT']}", "PYTHONPATH": f"{ROOT}/clients/python/src",
            "QPOOL_JOURNAL": f"{place}/journal",
        }
        subprocess.run([program, "run", "job.yaml", "--quiet", "-o", "result.json"], cwd=folder, env=environment, check=True)
        if f"127.0.0.1:{ports['MODEL_PORT']}" in text:
            model = subprocess.Popen(
                [sys.executable, ROOT / "Tests/CommandTests/Fixtures/toy_model.py", "--port", str(ports["MODEL_PORT"])],
                cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while model.poll() is None and not listens(ports["MODEL_PORT"]):
                time.sleep(0.05)
        # A session of its own, so that what is late ends with all that it started.
        page = subprocess.Popen(
            ["bash", "-c", text], cwd=folder, env=environment, text=True, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            output, errors = page.communicate(timeout=SECONDS_A_PAGE)
            status = page.returncode
        except subprocess.TimeoutExpired:
            os.killpg(page.pid, signal.SIGKILL)
            output, errors = page.communicate()
            errors, status = f"{errors}\nnot done after {SECONDS_A_PAGE} s", 1
        finally:
            if model:
                model.terminate()
                model.wait()
        if verbose:
            print(text, output, errors, sep="\n")
        if status != 0 or "PAGE FAILED" in errors:
            logs = "".join(f"\n--- {log.name}\n{log.read_text()[-600:]}" for log in sorted(folder.glob("*.log")))
            return commands, [f"{name}: {errors[-1500:]}{logs}"]
        for number, line in printed:
            if line.strip() and line.rstrip() not in output and line.rstrip() not in errors:
                problems.append(f"{name}:{number}: no command printed `{line}`")
        for picture in pictures:
            for link in re.findall(rf"\]\(([^)]*/{re.escape(picture)})\)", path.read_text()):
                figure = (path.parent / link).resolve()
                if draw:
                    figure.parent.mkdir(parents=True, exist_ok=True)
                    figure.write_bytes((folder / picture).read_bytes())
                elif not figure.exists() or figure.read_bytes() != (folder / picture).read_bytes():
                    problems.append(f"{name}: {figure.relative_to(ROOT)} is not what the page makes: ops/gallery draws it again")
    return commands, problems


def main() -> int:
    wanted = [argument for argument in sys.argv[1:] if argument not in ("-v", "--draw")]
    verbose = "-v" in sys.argv
    if "QPOOL" not in os.environ:
        sys.exit("run_documents: QPOOL must name the program")
    problems, executed, left = [], 0, []
    for path in documents():
        name = path.relative_to(ROOT).as_posix()
        if wanted and name not in wanted:
            continue
        found, marked, printed = pieces(path)
        left += [(name, number, reason) for number, reason in marked]
        commands, wrong = run(path, found, printed, verbose, "--draw" in sys.argv)
        executed += commands
        problems += wrong
        if commands:
            print(f"{'failed' if wrong else 'ok':6} {commands:3} commands  {name}", flush=True)
    for name, number, reason in left:
        print(f"not executed  {name}:{number}: {reason}")
    if len(left) > MOST_NOT_EXECUTED:
        problems.append(f"{len(left)} blocks are not executed; the most is {MOST_NOT_EXECUTED}")
    if not wanted and executed < 150:
        problems.append(f"only {executed} commands were found: has their form changed?")
    for problem in problems:
        print(problem)
    print(f"documents: {executed} commands executed, {len(left)} blocks not, {len(problems)} problem(s)")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
