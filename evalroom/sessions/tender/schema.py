"""The JSON Schema of the tender file, made from the model, its limits and its meanings."""

from typing import Any

import msgspec

from evalroom.sessions.tender.limits import (
    DECIMAL_DIGITS,
    DECIMAL_PLACES,
    ENTRIES,
    KEY_CHARS,
    LINE_CHARS,
    LISTS,
    TEXTS,
    WHOLE_NUMBER,
)
from evalroom.sessions.tender.meanings import MEANINGS
from evalroom.sessions.tender.model import FORMAT, Tender

_DECIMAL = (
    rf"^-?(0|[1-9][0-9]{{0,{DECIMAL_DIGITS.value - 1}}})(\.[0-9]{{1,{DECIMAL_PLACES.value}}})?$"
)


def tender_schema() -> dict[str, Any]:
    """What an editor can check while a file is written; `tender check` checks much more."""
    schema = msgspec.json.schema(Tender)
    for name, part in schema["$defs"].items():
        part["description"] = " ".join(part["description"].split())
        for field, node in part["properties"].items():
            owner = f"{name}.{field}"
            node["description"] = MEANINGS[owner]
            _bound(node, owner, required=field in part["required"])
    schema["$defs"]["Tender"]["properties"]["format"]["const"] = FORMAT
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "EvalRoom tender",
        **schema,
    }


def _bound(node: dict[str, Any], owner: str, *, required: bool) -> None:
    match node.get("type"):
        case "string" if node.get("format") == "decimal":
            node["pattern"] = _DECIMAL
        case "string":
            node["maxLength"] = TEXTS.get(owner, LINE_CHARS).value
            if required:
                node["minLength"] = 1
        case "integer":
            node["minimum"], node["maximum"] = 0, WHOLE_NUMBER.value
        case "array":
            node["maxItems"] = LISTS.get(owner, ENTRIES).value
            _bound(node["items"], owner, required=True)
        case "object":
            node["maxProperties"] = LISTS.get(owner, ENTRIES).value
            node["propertyNames"] = {"minLength": 1, "maxLength": KEY_CHARS.value}
            _bound(node["additionalProperties"], owner, required=False)
        case _:
            pass
    for part in node.get("anyOf", ()):
        _bound(part, owner, required=required)
