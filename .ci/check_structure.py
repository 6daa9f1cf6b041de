#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks what the compiler does not: who imports whom, the layers inside `Quantilizer`, where `unsafe`
stands, what public functions throw, file headers and lengths, that no folder lies flat, and that tests which stand
aside in a quick run say why.

    .ci/check_structure.py [FOLDER]      of this repository, or of a copy of it
"""
import pathlib
import re
import sys

import uses

ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent)
SOURCES = ROOT / "Sources"

# What each target may import, as docs/architecture.md shows it.
ALLOWED = {
    "Quantilizer": {"CKernels"},
    "ZeroMQ": {"CZeroMQ", "Synchronization", "Glibc", "Musl", "Darwin"},
    "Sodium": {"CSodium"},
    "SQLite": {"CSQLite"},
    "PoolCore": {"Quantilizer", "SwiftProtobuf", "DequeModule", "HeapModule", "Sodium"},
    "PoolRuntime": {
        "Quantilizer", "PoolCore", "ZeroMQ", "CProcess", "Sodium", "SQLite", "Logging", "Yams",
        "Foundation",
        "Dispatch", "Synchronization", "Glibc", "Musl", "Darwin",
    },
    "Endpoints": {
        "Quantilizer", "CWeb", "Sodium", "Foundation", "Dispatch",
        "Synchronization", "Glibc", "Musl", "Darwin",
    },
    "Simulation": {"Quantilizer", "PoolCore"},
    "Reports": {"Quantilizer", "Foundation"},
    "qpool": {
        "Quantilizer", "PoolCore", "PoolRuntime", "Endpoints", "Simulation", "ZeroMQ", "Reports",
        "ArgumentParser",
        "Foundation", "Dispatch", "Logging", "Synchronization", "Glibc", "Musl", "Darwin",
    },
}
# Where memory may be touched without the compiler's proof.
UNSAFE_ALLOWED = (
    "Sources/ZeroMQ/", "Sources/Sodium/", "Sources/SQLite/", "Sources/Quantilizer/Kernels/",
    "Sources/PoolRuntime/Platform/", "Sources/Endpoints/Web/",
)
LONGEST = 600

# Library products: their public functions say what they throw.
PRODUCTS = ("Sources/Quantilizer/", "Sources/PoolRuntime/")

IMPORT = re.compile(r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:public |package |internal |private )?import\s+(?:struct |class |enum |func )?(\w+)")
MODIFIER = r"(?:(?:static|mutating|nonmutating|convenience|final|required|consuming|nonisolated) )*"
FUNCTION = re.compile(rf"\s*(public )?{MODIFIER}(?:func |init[(<?]|subscript[(<])")
# A test that stands aside in `ops/test --quick`; the reason may be on the next line.
QUICK = re.compile(r"\bisQuick\b(?!,\s*\"\w)")
UNSAFE = re.compile(r"\bunsafe\b|@unsafe\b|\bnonisolated\(unsafe\)")


def code_only(line: str) -> str:
    return re.sub(r'"(?:[^"\\]|\\.)*"', '""', line.split("//")[0])


def throws(declaration: str) -> bool:
    """Whether a function throws, and not only what it is given."""
    depth = 0
    for found in re.finditer(r"[(){]|\bthrows\b", declaration):
        if found[0] == "{" and depth == 0:
            return False
        if found[0] == "throws" and depth == 0:
            return True
        depth += {"(": 1, ")": -1}.get(found[0], 0)
    return False


def throws_problems(name: str, lines: list) -> list:
    """Public functions, and requirements of public protocols, that throw and do not say what."""
    problems = []
    requirement = False
    for number, line in enumerate(lines):
        if line and line[0] not in " #)":
            requirement = line.startswith("public protocol ") and "{" in line
        found = FUNCTION.match(line)
        if not found or not (found[1] or requirement):
            continue
        end = number + 1
        while end < len(lines) and not re.match(r"\s*(///|public |var |func |init|\}|$)", lines[end]):
            end += 1
        if not throws("\n".join(lines[number:end])):
            continue
        start = number
        while lines[start - 1].lstrip().startswith("@"):
            start -= 1
        said = False
        while lines[start - 1].lstrip().startswith("///"):
            start -= 1
            said = said or "- Throws:" in lines[start]
        if not said:
            problems.append(f"{name}:{number + 1}: it throws, and has no `- Throws:`")
    return problems


def table_problems() -> list:
    """Where the table of docs/architecture.md says other imports between our own targets than ALLOWED."""
    own = {path.name for path in SOURCES.iterdir() if path.is_dir()}
    problems = []
    said = {}
    text = (ROOT / "docs/architecture.md").read_text()
    table = text[text.index("| target (`Sources/"):].split("\n\n")[0]
    for line in table.splitlines()[2:]:
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) == 5 and cells[1].startswith("`"):
            for target in re.findall(r"`(\w+)`", cells[1]):
                said[target] = set(re.findall(r"`(\w+)`", cells[3])), cells[3]
    for target, allowed in ALLOWED.items():
        if target not in said:
            problems.append(f"docs/architecture.md: no row for {target}")
            continue
        names, words = said[target]
        # A target's own C module stands in its row.
        expected = {name for name in allowed & own if name != f"C{target}"}
        if words != "all" and names != expected:
            problems.append(
                f"docs/architecture.md: {target} imports {', '.join(sorted(names))}, may import "
                f"{', '.join(sorted(expected))}")
    for target in said.keys() - own:
        problems.append(f"docs/architecture.md: there is no target {target}")
    return problems


def layer_table_problems() -> list:
    """Where docs/architecture.md shows the layers in another order than .ci/uses.py."""
    text = (ROOT / "docs/architecture.md").read_text()
    said = re.search(r"<!-- layers -->\n(.*?)\n<!-- /layers -->", text, re.S)
    if not said:
        return ["docs/architecture.md: no table of layers between <!-- layers --> and <!-- /layers -->"]
    found = [name for line in said[1].splitlines() for name in re.findall(r"`([A-Za-z/]+)`", line.split("|")[1])]
    order = uses.LAYERS["Quantilizer"]
    return [] if found == order else [
        f"docs/architecture.md: layers {' '.join(found)}, and .ci/uses.py has {' '.join(order)}"]


def folder_problems() -> list:
    """Folders with more files than anybody reads through."""
    problems = []
    for folder in [SOURCES, *SOURCES.rglob("*")]:
        files = len(list(folder.glob("*.swift"))) if folder.is_dir() else 0
        if files > uses.LARGEST_FOLDER:
            problems.append(
                f"{folder.relative_to(ROOT)}: {files} files lie flat, {uses.LARGEST_FOLDER} are the most")
    return problems


def main() -> int:
    problems = (
        table_problems() + layer_table_problems() + folder_problems() + uses.layer_problems(SOURCES))
    for path in sorted(SOURCES.rglob("*.swift")) + sorted((ROOT / "Tests").rglob("*.swift")):
        name = path.relative_to(ROOT).as_posix()
        generated = name.endswith(".pb.swift")
        lines = path.read_text().splitlines()
        if not generated:
            if not lines or not lines[0].startswith("// SPDX-License-Identifier: Apache-2.0"):
                if not (name.endswith("Package.swift")):
                    problems.append(f"{name}:1: the first line must be the SPDX licence line")
            if len(lines) > LONGEST:
                problems.append(f"{name}: {len(lines)} lines; the most is {LONGEST}: split it")
        if not name.startswith("Sources/"):
            if not name.startswith("Tests/Marks/"):
                text = "\n".join(lines)
                for found in QUICK.finditer(text):
                    number = text.count("\n", 0, found.start()) + 1
                    problems.append(f"{name}:{number}: `isQuick` has a reason: .disabled(if: isQuick, \"why\")")
            continue
        if name.startswith(PRODUCTS):
            problems += throws_problems(name, lines)
        target = name.split("/")[1]
        allowed = ALLOWED.get(target)
        if allowed is None:
            problems.append(f"{name}: the target {target} is not in the table of imports")
            continue
        for number, line in enumerate(lines, 1):
            found = IMPORT.match(line)
            if found and found[1] != "Swift" and found[1] not in allowed:
                if not (generated and found[1] == "Foundation"):
                    problems.append(f"{name}:{number}: {target} may not import {found[1]}")
            if not generated and not name.startswith(UNSAFE_ALLOWED) and UNSAFE.search(code_only(line)):
                problems.append(f"{name}:{number}: `unsafe` belongs in {', '.join(UNSAFE_ALLOWED)}")
    for problem in problems:
        print(problem)
    print(f"structure: {len(problems)} problem(s)")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
