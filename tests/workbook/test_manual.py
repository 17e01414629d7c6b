"""The manual of the tender file says what is so."""

import json

import pytest
from msgspec import inspect

from evalroom.sessions.tender.meanings import MEANINGS
from evalroom.sessions.tender.model import Tender
from tests.workbook.manual import MANUAL, PART, PARTS, SCHEMA, _structs, manual, schema

AGAIN = "write it anew: python -m tests.workbook.manual"


@pytest.mark.rule("T24")
def test_the_generated_parts_of_the_manual_are_what_the_code_says() -> None:
    text = MANUAL.read_text("utf-8")
    assert {part[1] for part in PART.findall(text)} == set(PARTS)
    assert manual(text) == text, AGAIN


@pytest.mark.rule("T24")
def test_the_schema_is_what_the_model_says() -> None:
    assert SCHEMA.read_text("utf-8") == schema(), AGAIN


@pytest.mark.rule("T24")
def test_every_field_has_a_meaning_and_every_meaning_a_field() -> None:
    fields = {f"{kind.cls.__name__}.{field.name}" for kind in _structs() for field in kind.fields}
    assert fields == set(MEANINGS)


def test_the_schema_knows_the_limits_and_the_format() -> None:
    parts = json.loads(schema())["$defs"]
    tender = parts["Tender"]["properties"]
    assert tender["format"]["const"] == "evalroom-tender/1"
    assert tender["bids"]["maxItems"] == 300
    assert tender["notes"]["maxLength"] == 20_000
    assert tender["identifiers"]["propertyNames"]["maxLength"] == 100
    assert tender["candidates"]["maximum"] == 1_000_000
    assert parts["Band"]["properties"]["low"]["pattern"].startswith("^-?(0|[1-9]")
    assert set(parts) == {kind.cls.__name__ for kind in _structs()}
    assert isinstance(inspect.type_info(Tender), inspect.StructType)
