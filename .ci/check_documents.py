#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks documents as text: links and anchors, lengths, and that no parameter of the job language is missing.

    .ci/check_documents.py            # QPOOL names the program, whose schema and reference are asked for
    .ci/check_documents.py --planted  # whether it finds faults that are planted in the reference
    .ci/check_documents.py --wrap docs/jobs.md    # wraps its paragraphs that have lines which are too long
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parent.parent
LONGEST_PARAGRAPH = 130  # words
LONGEST_LINE = 120  # columns, but of tables and of what cannot be broken
LONGEST_METHOD = 600  # words of a method's page
METHOD_SECTIONS = ["What it does", "When", "Promise", "Cost", "Settings"]
EVIDENCE = {"counted.md", "measured.md"}  # beside the methods' pages, with tables of what was seen

LINK = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^)\s]+)\)")


def documents() -> list:
    named = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md"]
    folders = ["docs", "examples", "ops", "Benchmarks", "clients", "docker", "Tests"]
    found = [ROOT / name for name in named]
    for folder in folders:
        found += sorted((ROOT / folder).rglob("*.md"))
    return [path for path in found if not any(part.startswith(".build") for part in path.parts)]


def lines_of(path: pathlib.Path) -> list:
    """Lines with their kind: `code`, `table`, `heading`, `text` or `blank`."""
    kinds, fence, before = [], False, "blank"
    for line in path.read_text().splitlines():
        if line.startswith("```"):
            fence, kind = not fence, "code"
        elif fence:
            kind = "code"
        elif not line.strip():
            kind = "blank"
        elif line.startswith("    ") and before in ("blank", "code"):
            kind = "code"
        elif line.startswith("|"):
            kind = "table"
        elif line.startswith("#"):
            kind = "heading"
        elif line.startswith(("<!--", "![")):
            kind = "mark"
        else:
            kind = "text"
        kinds.append((line, kind))
        # A blank line within a block of code does not end it.
        if kind != "blank" or before != "code":
            before = kind
    return kinds


def slug(heading: str) -> str:
    """A heading's anchor, as GitHub and the site make it."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading.lstrip("# ").strip())
    text = re.sub(r"[*`]", "", text).lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def anchors(path: pathlib.Path) -> set:
    seen, found = {}, set()
    for line, kind in lines_of(path):
        if kind == "heading":
            name = slug(line)
            number = seen.get(name, 0)
            seen[name] = number + 1
            found.add(name if number == 0 else f"{name}-{number}")
    return found


def links(path: pathlib.Path) -> list:
    problems = []
    for number, (line, kind) in enumerate(lines_of(path), 1):
        if kind == "code":
            continue
        for target in LINK.findall(re.sub(r"`[^`]*`", "``", line)):
            if target.startswith(("http://", "https://", "mailto:")):
                continue
            file, _, anchor = target.partition("#")
            to = (path.parent / file).resolve() if file else path
            if not to.exists():
                problems.append((path, number, f"there is no {target}"))
            elif any(part.startswith(".") for part in to.relative_to(ROOT).parts):
                # The site's generator leaves hidden files out, and ends at a link to one.
                problems.append((path, number, f"{target} is not on the site: name it, without a link"))
            elif anchor and anchor not in anchors(to):
                problems.append((path, number, f"{target}: no such heading"))
    return problems


def named_files() -> list:
    """Files that sources, scripts and examples name in their text."""
    problems = []
    for folder in ["Sources", "Tests", "ops", ".ci", "examples", "clients", "Benchmarks", "docker"]:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix not in (".swift", ".py", ".yaml", ".h", ".md", "") or not path.is_file():
                continue
            if any(part.startswith(".build") for part in path.relative_to(ROOT).parts):
                continue
            try:
                text = path.read_text()
            except UnicodeDecodeError:
                continue
            for number, line in enumerate(text.splitlines(), 1):
                for name in re.findall(r"\bdocs/[\w/-]+\.(?:md|proto)\b", line):
                    if not (ROOT / name).exists():
                        problems.append((path, number, f"there is no {name}"))
    return problems


def paragraphs(path: pathlib.Path) -> list:
    """Each paragraph and item of a list: its first line's number, and its lines."""
    found, current = [], []
    for number, (line, kind) in enumerate(lines_of(path) + [("", "blank")], 1):
        starts_item = re.match(r"\s*([-*]|\d+\.) ", line)
        if current and (kind != "text" or starts_item):
            found.append(current)
            current = []
        if kind == "text":
            current.append((number, line))
    return found


def lengths(path: pathlib.Path) -> list:
    problems = []
    for paragraph in paragraphs(path):
        words = sum(len(line.split()) for _, line in paragraph)
        if words > LONGEST_PARAGRAPH:
            problems.append((path, paragraph[0][0], f"a paragraph of {words} words; the most is {LONGEST_PARAGRAPH}"))
    prose = False  # whether the line before is a paragraph's, and no item's
    for number, (line, kind) in enumerate(lines_of(path), 1):
        is_item = re.match(r"\s*(?:[-*+]|\d+[.)]) ", line)
        if kind == "text" and is_item and prose:
            problems.append((path, number, "begins as an item of a list would, within a paragraph: a blank line before it, or wrap it anew"))
        prose = kind == "text" and (prose if prose else not is_item and not line.startswith((" ", ">")))
        if kind in ("text", "heading") and len(line) > LONGEST_LINE and " " in line.strip()[: LONGEST_LINE]:
            problems.append((path, number, f"{len(line)} columns; the most is {LONGEST_LINE}: --wrap does it"))
    return problems


def wrap(path: pathlib.Path) -> None:
    lines = path.read_text().split("\n")
    for paragraph in reversed(paragraphs(path)):
        if all(len(line) <= LONGEST_LINE for _, line in paragraph):
            continue
        first, text = paragraph[0][0], " ".join(line.strip() for _, line in paragraph)
        item = re.match(r"\s*(?:[-*]|\d+\.) |> ", paragraph[0][1])
        indent = re.match(r"\s*", paragraph[0][1])[0]
        hanging = " " * len(item[0]) if item and not item[0].startswith(">") else ("> " if item else indent)
        if item and item[0].startswith(">"):
            text = re.sub(r"(^| )> ", r"\1", text)
        made = textwrap.wrap(
            text, LONGEST_LINE - 2, initial_indent=("> " if hanging == "> " else indent), subsequent_indent=hanging,
            break_long_words=False, break_on_hyphens=False)
        # A line must not begin with what would make it an item of a list, or a heading.
        if any(re.match(r"\s*([-*+>#]|\d+[.)]) ", line) for line in made[1:] if not line.startswith("> ")):
            made = textwrap.wrap(
                text, LONGEST_LINE - 8, initial_indent=indent, subsequent_indent=hanging,
                break_long_words=False, break_on_hyphens=False)
        lines[first - 1 : first - 1 + len(paragraph)] = made
    path.write_text("\n".join(lines))


def methods() -> list:
    problems = []
    for path in sorted((ROOT / "docs/methods").glob("*.md")):
        if path.name in EVIDENCE:
            continue
        text = path.read_text()
        words = len(text.split())
        if words > LONGEST_METHOD:
            problems.append((path, 1, f"{words} words; a method's page has at most {LONGEST_METHOD}"))
        if text.count("![") != 1:
            problems.append((path, 1, f"{text.count('![')} pictures; a method's page has one"))
        headings = re.findall(r"^## (.*)$", text, re.M)
        for wanted in METHOD_SECTIONS:
            if wanted not in headings:
                problems.append((path, 1, f"no section `{wanted}`"))
    return problems


PAGES = ["settings", "methods", "analyses", "bases"]  # what the program writes, below docs/reference


def program(*arguments: str) -> str:
    name = os.environ.get("QPOOL")
    if not name:
        sys.exit("check_documents: QPOOL must name the program, whose schema and reference are asked for")
    return subprocess.run([name, *arguments], check=True, capture_output=True, text=True).stdout


def read(page: str) -> str:
    return (ROOT / "docs" / page).read_text()


def parameters(schema: dict, written: dict, read=read) -> list:
    """Where documents say something else of the job language than the program, whose pages `written` has."""
    problems = []
    for page in PAGES:
        path = f"reference/{page}.md"
        text = read(path)
        if text != written[page]:
            said, found = written[page].splitlines(), text.splitlines()
            number = next((i for i, (a, b) in enumerate(zip(said, found)) if a != b), min(len(said), len(found)))
            problems.append((ROOT / "docs" / path, number + 1, "is not what the program writes: run ops/reference"))

    table = read("jobs.md").split("| key | meaning | default |")[1].split("\n\n")[0]
    jobs = {cell for line in table.splitlines() if line.startswith("| `")
            for cell in re.findall(r"`([\w-]+)`", line.split("|")[1])}
    for key in schema["properties"].keys() - jobs:
        problems.append((ROOT / "docs/jobs.md", 1, f"no row for the key `{key}`"))
    for key in jobs - schema["properties"].keys():
        problems.append((ROOT / "docs/jobs.md", 1, f"a row for `{key}`, which no job has"))

    # What each method takes stands in its page of the reference, and with what it is for in the method's own.
    for name, definition in schema["$defs"].items():
        kind, _, name = name.partition(".")
        if not name or kind not in ("method", "analysis"):
            continue
        section = re.search(
            rf"^## {re.escape(name)}\n(.*?)(?=^## |\Z)", written["methods" if kind == "method" else "analyses"],
            re.M | re.S)[1]
        page = re.findall(r"\[More\]\(\.\./([\w/.-]+)", section)[-1]
        words = {word for code in re.findall(r"`([^`\n]+)`|^    (.+)$", read(page), re.M)
                 for part in code for word in re.findall(r"[\w-]+", part)}
        for key, value in definition["properties"].items():
            if "/properties/" not in value.get("$ref", "") and key not in words:
                problems.append((ROOT / "docs" / page, 1, f"the key `{key}` of {name} is not told of"))
    return problems


# A page, what stands in it, and what is put in its place; one problem at least must be found.
PLANTED = [
    ("reference/settings.md", "| `confidence` |", "| `confidense` |"),
    ("reference/methods.md", "power of two from 256 to 65536", "power of two from 256 to 65535"),
    ("reference/methods.md", "| 4; of an event 20 |", "| 4 |"),
    ("reference/analyses.md", "| nats |", "| bits |"),
    ("reference/bases.md", "## gamma", "## gama"),
    ("jobs.md", "| `memory` |", "| `memmory` |"),
    ("jobs.md", "| `verify` |", "| `draws` |"),
    ("methods/splitting.md", "`islands`", "islands"),
    ("methods/tilt.md", "`divergence`", "divergence"),
]


def planted(schema: dict, written: dict) -> int:
    """Plants faults in what is read, one at a time; those that are not found."""
    lost = 0
    for page, old, new in PLANTED:
        if old not in read(page):
            print(f"docs/{page}: nothing to plant a fault in: {old}")
            lost += 1
            continue
        found = parameters(
            schema, written, lambda name: read(name).replace(old, new) if name == page else read(name))
        if not found:
            print(f"docs/{page}: not found: {new} in the place of {old}")
            lost += 1
    print(f"documents: {len(PLANTED)} planted faults, {lost} not found")
    return 1 if lost else 0


def main() -> int:
    pages = documents()
    if sys.argv[1:2] == ["--wrap"]:
        for name in sys.argv[2:]:
            wrap(ROOT / name)
        return 0
    schema = json.loads(program("schema"))
    written = {page: program("schema", "--page", page) for page in PAGES}
    if sys.argv[1:2] == ["--planted"]:
        return planted(schema, written)
    problems = named_files() + methods() + parameters(schema, written)
    for path in pages:
        problems += links(path)
        # What was said of a release stays as it was said; the program writes the reference.
        if path.name != "CHANGELOG.md" and path.parent.name != "reference":
            problems += lengths(path)
    made = subprocess.run([ROOT / "ops/gallery", "--page"], check=True, capture_output=True, text=True).stdout
    if made != (ROOT / "docs/gallery.md").read_text():
        problems.append((ROOT / "docs/gallery.md", 1, "is not what ops/gallery writes"))
    for path, number, text in problems:
        print(f"{path.relative_to(ROOT)}:{number}: {text}")
    print(f"documents: {len(pages)} pages, {len(problems)} problem(s)")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
