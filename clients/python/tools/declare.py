#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes parts of the client from what `qpool schema` says: every base and the keys of a job (`_declared.py`), every
method (`method.py`) and every analysis (`analysis.py`).

    QPOOL=path/to/qpool clients/python/tools/declare.py                      # writes them
    QPOOL=path/to/qpool clients/python/tools/declare.py --print method.py    # one, to standard output
"""

import json
import keyword
import os
import pathlib
import re
import subprocess
import sys
import textwrap

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "src/qpool"
# Made by hand in _composed.py: their schemas are open, a name or a place for each part.
COMPOSED = ("product", "mixture")


def kind(schema: dict, name: str = "") -> str:
    """The Python type of what a schema allows."""
    if name == "file":
        return "str | os.PathLike[str]"
    if "$ref" in schema:
        return {
            "base": "BaseLike", "formulas": "Formulas", "function": "Formula", "method": "MethodLike",
            "analysis": "SettingsLike",
        }[schema["$ref"].rsplit("/", 1)[-1].split(".")[0]]
    if "enum" in schema:
        return "Literal[" + ", ".join(json.dumps(word) for word in schema["enum"]) + "]"
    if "const" in schema:
        return f"Literal[{json.dumps(schema['const'])}]"
    if "oneOf" in schema or "anyOf" in schema:
        kinds = []
        for one in schema.get("oneOf") or schema["anyOf"]:
            found = kind(one)
            # A number may be a text, which is every word there is.
            if found not in kinds and not found.startswith('Literal["'):
                kinds.append(found)
        return " | ".join(kinds)
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    if "boolean" in types:
        return "bool"
    if types[:1] == ["string"] and "number" in types:
        return "str | float"
    if "number" in types or "integer" in types:
        return "Number"
    if "array" in types:
        return {"str": "Sequence[str]", "Mapping[str, Any]": "Sequence[Mapping[str, Any]]"}.get(
            kind(schema.get("items", {})), "Numbers")
    if "object" in types:
        inner = schema.get("additionalProperties")
        of = kind(inner) if isinstance(inner, dict) and "$ref" in inner else "Any"
        return f"Mapping[str, {of}]"
    return "str" if "string" in types else "Any"


def figure(x: float) -> str:
    """The number with all its digits, short where that is the same."""
    short = f"{x:g}"
    return short if float(short) == x else str(int(x)) if x == int(x) else repr(x)


def limits(schema: dict) -> str:
    """What the schema says of a number's range and its default, in words."""
    said = []
    for key, words in (
        ("minimum", "at least"), ("exclusiveMinimum", "above"), ("maximum", "at most"),
        ("exclusiveMaximum", "below"),
    ):
        if key in schema:
            said.append(f"{words} {figure(schema[key])}")
    text = f" {', '.join(said).capitalize()}." if said else ""
    if "default" in schema:
        text += f" Default {json.dumps(schema['default'])}."
    return text


def own(properties: dict) -> dict:
    """The properties without their other names."""
    return {name: value for name, value in properties.items() if "/properties/" not in value.get("$ref", "")}


def required(schema: dict) -> set:
    """The keys that must be there, under their first names."""
    names = set(schema.get("required", []))
    for rule in schema.get("allOf", []):
        names |= set(rule.get("required", []))
        if "anyOf" in rule:
            choices = [set(one.get("required", [])) for one in rule["anyOf"]]
            first = next(iter(choices[0]), "")
            others = {next(iter(choice), "") for choice in choices}
            alias = all(
                other == first or schema["properties"][other].get("$ref", "").endswith(f"/{first}")
                for other in others)
            if alias:
                names.add(first)
    return names


def parameters(schema: dict, left: tuple = ()) -> tuple:
    """The signature's parameters, and a line of documentation for each."""
    needed = required(schema)
    properties = {
        name: value for name, value in own(schema["properties"]).items() if name not in left}
    words, lines = [], []
    for name, value in sorted(properties.items(), key=lambda item: item[0] not in needed):
        assert name.isidentifier() and not keyword.iskeyword(name), name
        type_ = kind(value, name)
        description = value["description"]
        if "`null`" in description:
            type_ += " | Null"
        words.append(f"{name}: {type_}" + ("" if name in needed else " | None = None"))
        lines.append(f"{name}: {description}{limits(value)}")
    return properties, words, lines


def documentation(first: str, lines: list, example: str, indent: int) -> str:
    body = [first, ""]
    if lines:
        body.append("Args:")
        for line in lines:
            body += textwrap.wrap(
                line, 92 - indent, initial_indent="    ", subsequent_indent="        ")
        body.append("")
    body += ["Example:", f"    >>> {example}"]
    text = "\n".join(body).replace("\\", "\\\\")
    return textwrap.indent(f'"""{text}\n"""', " " * indent)


def examples(reference: str) -> dict:
    """The arguments of each example in a page of `qpool schema --page`, as Python writes them."""
    found = {}
    for part in re.split(r"^## ", reference, flags=re.M)[1:]:
        name = part.split("\n", 1)[0].strip()
        key, value = re.search(r"^    (\w+): (.*)$", part, flags=re.M).groups()
        # Words without quotes, but numbers, get them: then it is JSON.
        words = re.sub(
            r'("[^"]*")|(?<![\w.])([A-Za-z][\w.\-]*)', lambda m: m[1] or json.dumps(m[2]), value)
        node = json.loads(words)
        # Of bases and methods the name stands before the keys, and may stand alone.
        keys = node if key == name else node[name] if isinstance(node, dict) else {}
        if isinstance(keys, dict):
            found[name] = ", ".join(f"{key}={value!r}" for key, value in keys.items())
    return found


def maker(name: str, schema: dict, example: str, module: str, result: str) -> str:
    """A function that makes a part of a job."""
    identifier = name.replace("-", "_")
    properties, words, lines = parameters(schema)
    star = "\n    *, " + ",\n    ".join(words) + ",\n" if words else ""
    text = f"\n\ndef {identifier}({star}) -> {result}:\n"
    text += documentation(schema["description"], lines, f"{module}.{identifier}({example})", 4)
    keys = ", ".join(f"{key}={key}" for key in properties)
    keys = textwrap.fill(keys, 88, initial_indent="        ", subsequent_indent="        ")
    inner = f"given(\n{keys})" if keys else "given()"
    # An analysis is what stands under its key; a base and a method have their names before their keys.
    node = inner if result == "Settings" else f'{{"{name}": {inner}}}'
    return text + f"\n    return {result}({node})\n"


def job(schema: dict) -> str:
    properties, words, lines = parameters(schema, left=("version",))
    text = "\n\nclass JobKeys:\n"
    text += '    """The keys of a job, as `qpool schema` has them. :class:`Job` is what to use."""\n\n'
    text += "    def __init__(\n        self, " + ",\n        ".join(
        [words[0], "*", *words[1:]]) + ",\n    ) -> None:\n"
    text += documentation(
        "Checks the job; :class:`JobError` says all that is wrong.", lines,
        'qpool.Job(qpool.normal(dimension=2), utility="x[0]", quantile=0.01)', 8)
    keys = ", ".join(f"{key}={key}" for key in properties)
    keys = textwrap.fill(keys, 88, initial_indent="            ", subsequent_indent="            ")
    return text + f"""
        self._build(given(
{keys}))

    def _build(self, node: dict[str, Any]) -> None:
        raise NotImplementedError
"""


def names_of(names: list) -> str:
    return textwrap.fill(
        ", ".join(f'"{name}"' for name in names), 92, initial_indent="    ", subsequent_indent="    ")


def imports(module: str, names: str, body: str) -> str:
    """The line that imports those of the names that the body uses."""
    used = set(re.findall(r"\w+", re.sub(r'""".*?"""', "", body, flags=re.S)))
    return f"from {module} import " + ", ".join(
        name for name in names.split(", ") if name in used) + "\n"


VALUES = (
    "Base, BaseLike, Formula, Formulas, Method, MethodLike, Null, Number, Numbers, Settings, SettingsLike, given")


def module(said, kind_: str, page: str, words: str, result: str) -> str:
    """A module with a function for each definition of a kind."""
    schema, shown = json.loads(said("schema")), examples(said("schema", "--page", page))
    parts = {
        name.split(".", 1)[1]: value for name, value in schema["$defs"].items()
        if name.startswith(kind_ + ".")}
    body = "".join(
        maker(name, value, shown[name], f"qpool.{kind_}", result) for name, value in parts.items())
    names = sorted(name.replace("-", "_") for name in parts)
    return f'''# SPDX-License-Identifier: Apache-2.0
"""{words} Written by tools/declare.py from what `qpool schema`
says; `ops/reference` writes it anew."""

from __future__ import annotations

''' + ("import os\n" if "os." in body else "") + imports(
        "collections.abc", "Mapping, Sequence", body) + imports(
        "typing", "Any, Literal", body) + "\n" + imports("._values", VALUES, body) + f'''
__all__ = [
{names_of(names)},
]
''' + body


def declared(said) -> str:
    schema = json.loads(said("schema"))
    shown = examples(said("schema", "--page", "bases"))
    bases = {
        name[5:]: value for name, value in schema["$defs"].items()
        if name.startswith("base.") and name[5:] not in COMPOSED}
    for value in bases.values():
        value.setdefault("properties", {})
    listed = names_of(sorted(name.replace("-", "_") for name in bases))
    body = "".join(
        maker(name, value, shown[name], "qpool", "Base") for name, value in bases.items()) + job(schema)
    return f'''# SPDX-License-Identifier: Apache-2.0
"""Every base that a job may draw from, and the keys of a job: written by tools/declare.py from what
`qpool schema` says. `ops/reference` writes it anew."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Literal

''' + imports("._values", VALUES, body) + f'''
BASES = (
{listed},
)
"""The names of the functions that make bases."""
__all__ = [
    "BASES", "JobKeys",
{listed},
]
''' + body


FILES = {
    "_declared.py": declared,
    "method.py": lambda said: module(
        said, "method", "methods",
        "How a job is answered: a function for each method.", "Method"),
    "analysis.py": lambda said: module(
        said, "analysis", "analyses",
        "Questions beside draws: a function for each analysis.", "Settings"),
}


def said(*arguments: str) -> str:
    return subprocess.run(
        [os.environ.get("QPOOL", "qpool"), *arguments], check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    if sys.argv[1:2] == ["--print"]:
        sys.stdout.write(FILES[sys.argv[2]](said))
    else:
        for name, text in FILES.items():
            (FOLDER / name).write_text(text(said))
