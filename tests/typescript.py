"""TypeScript made from JSON Schema: enough of it for what msgspec describes."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

Json = dict[str, Any]

HEADER = "// Made from the server's own types by `python -m tests.generated`; not to be edited.\n"

WORDS = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}


def interfaces(schemas: Json, told: Iterable[str] = ()) -> Iterator[str]:
    """An interface, or a type, for each schema. Those in `told` are what this side sends: what has
    a default may be left out there; in what the server says every field is present.
    """
    sent = set(told)
    for name, schema in sorted(schemas.items()):
        if schema.get("description"):
            yield comment(schema["description"])
        if "properties" in schema:
            yield f"export interface {plain(name)} {body(schema, name in sent)}\n"
        else:
            yield f"export type {plain(name)} = {shape(schema)}\n"


def body(schema: Json, sent: bool, without: str = "") -> str:
    """The braces of an object with its fields."""
    required = set(schema.get("required", ()))

    def may_lack(key: str, kind: Json) -> bool:
        # Without a default either, it is left out of what the server says, too.
        return key not in required and (sent or "default" not in kind)

    lines = [
        f"  {key}{'?' if may_lack(key, kind) else ''}: {shape(kind)}"
        for key, kind in schema["properties"].items()
        if key != without
    ]
    return "{\n" + "\n".join(lines) + "\n}" if lines else "Record<string, never>"


def shape(schema: Json | bool) -> str:
    """One schema as a TypeScript type."""
    if isinstance(schema, bool) or not schema:
        return "unknown"
    if "$ref" in schema:
        return plain(schema["$ref"].rpartition("/")[2])
    if "enum" in schema:
        return " | ".join(quoted(value) for value in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(map(shape, schema["anyOf"])))
    return _of_kind(schema)


def quoted(value: object) -> str:
    """A literal."""
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return json.dumps(value)


def plain(name: str) -> str:
    """The name of a schema as a name of TypeScript."""
    return name.replace("_", "") if name.endswith("_") else name


def comment(text: str) -> str:
    """A remark above what follows."""
    return "/** " + " ".join(text.split()).replace("*/", "* /") + " */"


def _of_kind(schema: Json) -> str:
    match schema.get("type"):
        case "array" if "prefixItems" in schema:
            return "[" + ", ".join(map(shape, schema["prefixItems"])) + "]"
        case "array":
            inner = shape(schema.get("items", {}))
            return f"({inner})[]" if " " in inner else f"{inner}[]"
        case "object":
            return f"Record<string, {shape(schema.get('additionalProperties', {}))}>"
        case str() as kind:
            return WORDS[kind]
        case _:
            return "unknown"
