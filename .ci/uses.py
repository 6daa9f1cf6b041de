#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who uses whom among the files of one target, by the names that they declare.

    .ci/uses.py                              the circles of Sources/Quantilizer
    .ci/uses.py --of Bases/Registry/BaseRegistry   what a file uses, and who uses it, with the names
    .ci/uses.py --layers                     each layer alone with those below it, compiled: minutes

`.ci/check_structure.py` holds the order of the layers, below. What it goes by are names; that each
layer compiles with nothing above it is the proof.

A file uses another where it names a type that only the other declares, or a member (`.name`,
`name(`) that only the other declares. A name that several files declare says nothing, nor does one
of the standard library: a use may be missed where names are common, and none is made up.
"""
import argparse
import collections
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent

TOKEN = re.compile(
    r'(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<text>#?"""|#?")|(?P<word>`?[A-Za-z_]\w*`?)|(?P<mark>\.\.\.|\.\.<|\S)',
    re.S)
TYPES = {"struct", "class", "enum", "protocol", "actor", "typealias", "associatedtype"}
# Members that the standard library has as well.
COMMON = set("""
    init count first last map filter reduce sorted index indices append insert remove removeAll removeLast
    removeFirst isEmpty contains lowerBound upperBound description value values keys key name names bits
    next min max sum zip sqrt rounded description hash reserveCapacity clamped start end range ranges
    text message place code number node nodes rows columns width left right lower upper root
    none some success failure error result results stride drop split minus plus prefix suffix merge
    advanced distance
""".split())


def words(source):
    """The tokens of a source, without comments and what stands in texts, but with interpolations."""
    out, at, size = [], 0, len(source)
    while at < size:
        found = TOKEN.search(source, at)
        if not found:
            break
        at = found.end()
        if found["comment"]:
            continue
        if found["text"]:
            at = text(source, at, found["text"], out)
            continue
        out.append(found.group().strip("`"))
    return out


def text(source, at, opening, out):
    """Skips a text; the code in its interpolations comes out."""
    raw = opening.startswith("#")
    closing = opening[1:] + "#" if raw else opening
    escape = "\\#(" if raw else "\\("
    while at < len(source):
        if source.startswith(closing, at):
            return at + len(closing)
        if source.startswith(escape, at):
            depth, begin = 1, at + len(escape)
            at = begin
            while at < len(source) and depth:
                if source[at] == '"':
                    opens = '"""' if source.startswith('"""', at) else '"'
                    at = text(source, at + len(opens), opens, [])
                    continue
                depth += {"(": 1, ")": -1}.get(source[at], 0)
                at += 1
            out.extend(words(source[begin:at - 1]))
        elif source[at] == "\\" and not raw:
            at += 2
        else:
            at += 1
    return at


class File:
    """What one file declares and what it names."""

    def __init__(self, source):
        self.types = set()  # "Outer.Inner" for nested ones
        self.members = set()
        self.locals = set()  # names of values inside functions, parameters and their labels
        self.named_types = set()
        self.named_members = set()
        self.read(words(source))

    def read(self, tokens):
        scopes = []  # the name of a type, or None for other braces
        pending = None
        for at, token in enumerate(tokens):
            before = tokens[at - 1] if at else ""
            after = tokens[at + 1] if at + 1 < len(tokens) else ""
            inside_type = not scopes or scopes[-1] is not None
            if token == "{":
                scopes.append(pending)
                pending = None
            elif token == "}":
                if scopes:
                    scopes.pop()
            elif token in TYPES and before not in (".", "func") and re.match(r"[A-Z]\w*$", after):
                outer = ".".join(scope for scope in scopes if scope)
                if token != "associatedtype":
                    self.types.add(f"{outer}.{after}" if outer else after)
                if token not in ("typealias", "associatedtype"):
                    pending = after
            elif token == "extension" and re.match(r"[A-Z]\w*$", after):
                pending = after
                step = at + 2
                while step + 1 < len(tokens) and tokens[step] == ".":
                    pending += "." + tokens[step + 1]
                    step += 2
            elif inside_type and token in ("func", "var", "let", "case") and before != ".":
                if re.match(r"[A-Za-z_]\w*$", after):
                    self.members.add(after)
                    if token == "case":  # case one, two(Int), three
                        step, depth = at + 2, 0
                        while step + 1 < len(tokens) and (depth or tokens[step] in "(,"):
                            depth += {"(": 1, ")": -1}.get(tokens[step], 0)
                            if tokens[step] == "," and not depth:
                                self.members.add(tokens[step + 1])
                                step += 1
                            step += 1
            if after == ":" or not inside_type and before in ("let", "var", "func"):
                self.locals.add(token)
            if re.match(r"[A-Z]\w*$", token):
                if before != ".":
                    self.named_types.add(token)
                elif at >= 2:
                    self.named_types.add(f"{tokens[at - 2]}.{token}")
            if re.match(r"[a-z]\w*$", token) and before != "func" and (before == "." or after == "("):
                self.named_members.add(token)


def uses(folder):
    """For each file of a folder, those it uses with the names: {file: {other: {names}}}."""
    files = {
        path.relative_to(folder).with_suffix("").as_posix(): File(path.read_text())
        for path in sorted(folder.rglob("*.swift"))
    }
    types, members = collections.defaultdict(set), collections.defaultdict(set)
    short = collections.defaultdict(set)
    for name, file in files.items():
        for kind in file.types:
            types[kind].add(name)
            short[kind.rsplit(".", 1)[-1]].add(name)
        for member in file.members:
            members[member].add(name)
    graph = {}
    for name, file in files.items():
        own = {kind.rsplit(".", 1)[-1] for kind in file.types}
        edges = collections.defaultdict(set)
        for kind in file.named_types:
            last = kind.rsplit(".", 1)[-1]
            if kind.startswith(f"{folder.name}."):
                found = types.get(last, set())
            elif kind in types:
                found = types[kind] if last not in own or "." in kind else set()
            else:
                found = short.get(last, set()) if last not in own else set()
            if len(found) == 1:
                edges[next(iter(found))].add(kind)
        for member in file.named_members - COMMON - file.locals - file.members:
            found = members.get(member, set())
            if len(found) == 1:
                edges[next(iter(found))].add("." + member)
        edges.pop(name, None)
        graph[name] = dict(edges)
    return graph


def circles(graph):
    """Groups of files of which each uses each other, by way of others: Tarjan, largest first."""
    index, low, stack, on, found = {}, {}, [], set(), []

    def visit(start):
        work = [(start, iter(graph[start]))]
        index[start] = low[start] = len(index)
        stack.append(start)
        on.add(start)
        while work:
            node, rest = work[-1]
            for other in rest:
                if other not in index:
                    index[other] = low[other] = len(index)
                    stack.append(other)
                    on.add(other)
                    work.append((other, iter(graph[other])))
                    break
                if other in on:
                    low[node] = min(low[node], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    group = []
                    while not group or group[-1] != node:
                        group.append(stack.pop())
                        on.discard(group[-1])
                    if len(group) > 1:
                        found.append(sorted(group))

    for node in graph:
        if node not in index:
            visit(node)
    return sorted(found, key=len, reverse=True)


# The folders of Sources/Quantilizer, lowest first: a file may use those of its own folder and of those
# before it. A folder that is not named belongs to the folder it lies in.
LAYERS = {
    "Quantilizer": """
        Random Kernels Numerics Noise Values Ordering Estimation/Sums Estimation Certificates
        Utilities Utilities/Formulas Plugins Bases Declarations Sampling Text Extensions
        Bases/Declared Bases/Univariate Bases/Discrete Bases/Multivariate Bases/Composite
        Bases/Recorded Bases/Text Bases/Registry
        Workload Selection Rounds Evaluation Results
        Methods Methods/Exact Methods/Band Methods/BestOfN Methods/Estimates Methods/Impact
        Methods/Threshold Methods/Importance Methods/Splitting Methods/Tempered Methods/Screened
        Analyses/Sweep Analyses/Audit Analyses/Search Analyses/Attack Analyses
        Jobs Jobs/Reading Jobs/Language Jobs/Verification
    """.split(),
}
# Files that may use one another in a circle, and files that may lie in one folder.
LARGEST_CIRCLE = 4
LARGEST_FOLDER = 16


def layer(file, order):
    """The place of a file's folder in the order; None where it has none."""
    folder = file.rpartition("/")[0]
    while folder and folder not in order:
        folder = folder.rpartition("/")[0]
    return order.index(folder) if folder else None


def layer_problems(sources):
    """Upward uses, circles and folders without a place, in every target that has layers."""
    problems = []
    for target, order in LAYERS.items():
        graph = uses(sources / target)
        for file, others in sorted(graph.items()):
            own = layer(file, order)
            if own is None:
                problems.append(f"Sources/{target}/{file}.swift: its folder has no place among the layers")
                continue
            for other, names in sorted(others.items()):
                theirs = layer(other, order)
                if theirs is not None and theirs > own:
                    problems.append(
                        f"Sources/{target}/{file}.swift: {order[own]} lies below {order[theirs]}, and uses "
                        f"{', '.join(sorted(names))} of {other}.swift")
        for group in circles(graph):
            if len(group) > LARGEST_CIRCLE:
                problems.append(
                    f"Sources/{target}: {len(group)} files use one another in a circle, {LARGEST_CIRCLE} "
                    f"are the most: {', '.join(group)}")
        for folder in order:
            if not (sources / target / folder).is_dir():
                problems.append(f"Sources/{target}/{folder}: there is no such folder; take it from the layers")
    return problems


def compile_layers(folder):
    """Checks the types of the lowest layer, of the two lowest, and so on: 0 where all of it holds."""
    order = LAYERS[folder.name]
    files = {path: layer(path.relative_to(folder).with_suffix("").as_posix(), order)
             for path in sorted(folder.rglob("*.swift"))}
    settings = re.findall(r'enableUpcomingFeature\("(\w+)"\)', (ROOT / "Package.swift").read_text())
    with tempfile.TemporaryDirectory() as work:
        modules = pathlib.Path(work) / "module.modulemap"
        headers = ROOT / "Sources" / "CKernels" / "include"
        modules.write_text(f'module CKernels {{ umbrella "{headers}" export * }}\n')
        for number, name in enumerate(order):
            done = subprocess.run(
                ["swiftc", "-typecheck", "-swift-version", "6", "-module-name", folder.name,
                 "-package-name", "quantilizer_pool", "-strict-memory-safety", "-wmo",
                 "-Xcc", f"-fmodule-map-file={modules}", "-I", str(headers)]
                + [part for feature in settings for part in ("-enable-upcoming-feature", feature)]
                + [str(path) for path, own in files.items() if own <= number],
                capture_output=True, text=True)
            print(f"{name}: {'holds' if done.returncode == 0 else 'uses what lies above it'}", flush=True)
            if done.returncode:
                print("\n".join(line for line in done.stderr.splitlines() if ": error:" in line))
                return 1
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "Sources" / "Quantilizer")
    parser.add_argument("--of", help="a file, without .swift")
    parser.add_argument("--layers", action="store_true")
    options = parser.parse_args()
    if options.layers:
        sys.exit(compile_layers(options.folder))
    graph = uses(options.folder)
    if options.of:
        if options.of not in graph:
            sys.exit(f"uses: no file {options.of}")
        for other, names in sorted(graph[options.of].items()):
            print(f"uses    {other}: {', '.join(sorted(names))}")
        for other, edges in sorted(graph.items()):
            if options.of in edges:
                print(f"used by {other}: {', '.join(sorted(edges[options.of]))}")
        return
    groups = circles(graph)
    for group in groups:
        print(f"{len(group)} files: {', '.join(group)}")
    print(f"uses: {len(graph)} files, {sum(map(len, graph.values()))} uses, {len(groups)} circle(s)")


if __name__ == "__main__":
    main()
