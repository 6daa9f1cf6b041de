#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes `src/qpool/_declared.py` from what `qpool schema` says: every base, and the keys of a job.

    QPOOL=path/to/qpool clients/python/tools/declare.py            # writes it
    QPOOL=path/to/qpool clients/python/tools/declare.py --print    # to standard output
"""

import json
import keyword
import os
import pathlib
import re
import subprocess
import sys
import textwrap

TARGET = pathlib.Path(__file__).resolve().parent.parent / "src/qpool/_declared.py"
# Made by hand in _composed.py: their schemas are open, a name or a place for each part.
COMPOSED = ("product", "mixture")


def kind(schema: dict, name: str = "") -> str:
    """The Python type of what a schema allows."""
    if name == "file":
        return "str | os.PathLike[str]"
    if "$ref" in schema:
        return {"base": "BaseLike", "formulas": "Formulas", "function": "Formula"}.get(
            schema["$ref"].rsplit("/", 1)[-1], "Number")
    if "enum" in schema:
        return "Literal[" + ", ".join(json.dumps(word) for word in schema["enum"]) + "]"
    if "const" in schema:
        return f"Literal[{json.dumps(schema['const'])}]"
    if "oneOf" in schema:
        kinds = []
        for one in schema["oneOf"]:
            found = kind(one)
            # A number may be a text, which is every word there is.
            if found not in kinds and not found.startswith('Literal["'):
                kinds.append(found)
        return " | ".join(kinds)
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    if "boolean" in types:
        return "bool"
    if "number" in types or "integer" in types:
        return "Number"
    if "array" in types:
        return "Sequence[str]" if kind(schema.get("items", {})) == "str" else "Numbers"
    if "object" in types:
        inner = schema.get("additionalProperties")
        of = kind(inner) if isinstance(inner, dict) and "$ref" in inner else "Any"
        return f"Mapping[str, {of}]"
    return "str" if "string" in types else "Any"


def limits(schema: dict) -> str:
    """What the schema says of a number's range and its default, in words."""
    said = []
    for key, words in (
        ("minimum", "at least"), ("exclusiveMinimum", "above"), ("maximum", "at most"),
        ("exclusiveMaximum", "below"),
    ):
        if key in schema:
            said.append(f"{words} {schema[key]:g}")
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
        description = value.get("description", "")
        if "$ref" in value and not description:
            description = {"base": "The base distribution.", "utility": "What draws are ordered by.",
                           "utilities": "Several, by name.", "cost": "What is measured beside it.",
                           "costs": "Several, by name."}.get(name, "")
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
    """The arguments of each base's example in `qpool schema --bases`, as Python writes them."""
    found = {}
    for part in re.split(r"^## ", reference, flags=re.M)[1:]:
        name = part.split("\n", 1)[0].strip()
        line = re.search(r"^    base: (\{.*\})$", part, flags=re.M)
        # Words without quotes, but numbers, get them: then it is JSON.
        words = re.sub(r'("[^"]*")|([A-Za-z][\w.\-]*)', lambda m: m[1] or json.dumps(m[2]), line[1])
        (keys,) = json.loads(words).values()
        if isinstance(keys, dict):
            found[name] = ", ".join(f"{key}={value!r}" for key, value in keys.items())
    return found


def base(name: str, schema: dict, example: str) -> str:
    identifier = name.replace("-", "_")
    properties, words, lines = parameters(schema)
    text = f"\n\ndef {identifier}(\n    *, " + ",\n    ".join(words) + ",\n) -> Base:\n"
    text += documentation(
        schema["description"], lines, f"qpool.{identifier}({example})", 4)
    keys = ", ".join(f"{key}={key}" for key in properties)
    keys = textwrap.fill(keys, 88, initial_indent="        ", subsequent_indent="        ")
    return text + f'\n    return Base({{"{name}": given(\n{keys})}})\n'


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


def text() -> str:
    program = os.environ.get("QPOOL", "qpool")

    def said(*arguments: str) -> str:
        return subprocess.run(
            [program, *arguments], check=True, capture_output=True, text=True).stdout

    schema = json.loads(said("schema"))
    shown = examples(said("schema", "--bases"))
    bases = {
        name[5:]: value for name, value in schema["$defs"].items()
        if name.startswith("base.") and name[5:] not in COMPOSED}
    for value in bases.values():
        value.setdefault("properties", {})
    names = sorted(name.replace("-", "_") for name in bases)
    listed = textwrap.fill(
        ", ".join(f'"{name}"' for name in names), 92, initial_indent="    ",
        subsequent_indent="    ")
    head = f'''# SPDX-License-Identifier: Apache-2.0
"""Every base that a job may draw from, and the keys of a job: written by tools/declare.py from what
`qpool schema` says. `ops/reference` writes it anew."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from ._values import Base, BaseLike, Formula, Formulas, Null, Number, Numbers, given

BASES = (
{listed},
)
"""The names of the functions that make bases."""
__all__ = [
    "BASES", "JobKeys",
{listed},
]
'''
    body = "".join(base(name, value, shown[name]) for name, value in bases.items()) + job(schema)
    used = set(re.findall(r"\w+", body))
    head = head.replace("Formula, Formulas", ", ".join(
        name for name in ("Formula", "Formulas") if name in used) or "Formulas")
    return head + body


if __name__ == "__main__":
    if sys.argv[1:] == ["--print"]:
        sys.stdout.write(text())
    else:
        TARGET.write_text(text())
