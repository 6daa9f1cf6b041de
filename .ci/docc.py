#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds the reference of the library products with DocC, without a warning; `ops/docs --docc` calls it.

    .ci/docc.py                   both, into .build-docs/NAME.doccarchive
    .ci/docc.py Quantilizer       one

Symbols come from the sources, the modules that they import from a build: of `ops/test`, else of `swift build -c release`.
The Swift examples of the catalogues are compiled too, each as a program of its own.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUT = ROOT / ".build-docs"
# The library products, what they import first.
PRODUCTS = ("Quantilizer", "PoolRuntime")


def built():
    """The folder of a build that has modules."""
    for name in (".build-test", ".build"):
        folder = ROOT / name / "release"
        if (folder / "Modules").is_dir():
            return folder.resolve()
    sys.exit("docc: there is no build: run ops/test or swift build -c release")


def package(build):
    """The name that a build has for this package, which is its folder's: modules let nobody else in."""
    for line in (build.parents[1] / "release.yaml").read_text().splitlines():
        found = re.search(r'"-package-name","([^"]+)"', line)
        if found and f'"-module-name","{PRODUCTS[0]}"' in line:
            return found[1]
    sys.exit(f"docc: the build does not tell its package's name: {build}")


def own(build):
    """What the package's own targets are compiled with."""
    found = ["-package-name", package(build)]
    for feature in re.findall(r'enableUpcomingFeature\("(\w+)"\)', (ROOT / "Package.swift").read_text()):
        found += ["-enable-upcoming-feature", feature]
    return found


def flags(build):
    """What whoever imports a product is compiled with."""
    found = ["-swift-version", "6", "-I", str(build / "Modules")]
    # C targets: maps that the build made, and those that lie beside sources, of packages too.
    maps = [*build.glob("*.build/module.modulemap"), *ROOT.glob("Sources/C*/module.modulemap")]
    maps += build.parents[1].glob("checkouts/*/Sources/**/module.modulemap")
    for mapped in maps:
        found += ["-Xcc", f"-fmodule-map-file={mapped}"]
    for headers in ROOT.glob("Sources/C*/include"):
        found += ["-Xcc", f"-I{headers}"]
    return found


def run(command, what):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        print(done.stdout + done.stderr, end="")
        sys.exit(f"docc: {what}")
    return done


def examples(catalogue):
    """The Swift examples of a catalogue's pages: (page, number, code)."""
    for page in sorted(catalogue.glob("*.md")):
        for number, code in enumerate(re.findall(r"```swift\n(.*?)```", page.read_text(), re.S), 1):
            yield page.name, number, code


def document(product, build, work):
    sources = sorted(map(str, (ROOT / "Sources" / product).rglob("*.swift")))
    # What a build makes of resources that are part of the program.
    sources += sorted(map(str, (build / f"{product}.build" / "DerivedSources").glob("*.swift")))
    graphs = work / f"{product}.symbols"
    graphs.mkdir()
    run(["swiftc", "-emit-module", "-emit-module-path", str(work / f"{product}.swiftmodule"), "-module-name", product,
         "-parse-as-library", "-wmo", "-Xfrontend", "-experimental-skip-all-function-bodies", "-suppress-warnings",
         "-emit-symbol-graph", "-emit-symbol-graph-dir", str(graphs),
         "-symbol-graph-minimum-access-level", "public", "-I", str(work), *flags(build), *own(build), *sources],
        f"{product} does not compile")
    # What a library adds to other modules' types is told with those modules.
    graph = graphs / f"{product}.symbols.json"
    for other in graphs.iterdir():
        if other != graph:
            other.unlink()
    catalogue = ROOT / "Sources" / product / "Documentation.docc"
    for page, number, code in examples(catalogue):
        main = work / "main.swift"
        main.write_text(code)
        run(["swiftc", "-typecheck", "-I", str(work), *flags(build), str(main)],
            f"example {number} of {page} does not compile")
    OUT.mkdir(exist_ok=True)
    archive = OUT / f"{product}.doccarchive"
    done = run(["docc", "convert", str(catalogue), "--additional-symbol-graph-dir", str(graphs),
                "--fallback-display-name", product, "--fallback-bundle-identifier", f"qpool.{product}",
                "--warnings-as-errors", "--output-path", str(archive)], f"{product}: DocC warns")
    if "warning:" in done.stdout + done.stderr:
        sys.exit(f"docc: {product}: DocC warns\n{done.stdout}{done.stderr}")
    pages = sum(1 for _ in (archive / "data").rglob("*.json"))
    print(f"docc: {product}: {pages} pages in {archive.relative_to(ROOT)}, no warning", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("products", nargs="*", help=" or ".join(PRODUCTS))
    options = parser.parse_args()
    for name in options.products:
        if name not in PRODUCTS:
            sys.exit(f"docc: {name} is no library product: {' or '.join(PRODUCTS)}")
    build = built()
    with tempfile.TemporaryDirectory() as work:
        for product in options.products or PRODUCTS:
            document(product, build, pathlib.Path(work))


if __name__ == "__main__":
    main()
