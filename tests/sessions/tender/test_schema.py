"""The JSON Schema says what reading says."""

from evalroom.sessions.tender.limits import BIDS, CELL_CHARS, IDENTIFIER_CHARS, LISTS, TEXTS
from evalroom.sessions.tender.meanings import MEANINGS
from evalroom.sessions.tender.schema import tender_schema


def test_every_field_is_explained_and_bounded() -> None:
    for name, part in tender_schema()["$defs"].items():
        assert part["additionalProperties"] is False
        for field, node in part["properties"].items():
            assert node["description"] == MEANINGS[f"{name}.{field}"]
            for leaf in [node, *node.get("anyOf", ())]:
                assert is_bounded(leaf), (name, field)


def is_bounded(node: dict[str, object]) -> bool:
    needed = {"string": {"maxLength", "pattern"}, "array": {"maxItems"}}
    needed |= {"object": {"maxProperties"}, "integer": {"maximum"}}
    wanted = needed.get(str(node.get("type")), set())
    return not wanted or bool(wanted & node.keys())


def test_limits_are_those_of_reading() -> None:
    parts = tender_schema()["$defs"]
    assert parts["Tender"]["properties"]["bids"]["maxItems"] == BIDS.value
    assert parts["Bid"]["properties"]["id"]["maxLength"] == IDENTIFIER_CHARS.value
    assert parts["Bid"]["properties"]["id"]["minLength"] == 1
    assert "minLength" not in parts["Criterion"]["properties"]["source"]
    sheets = parts["Tender"]["properties"]["sheets"]["anyOf"][0]
    for _ in range(2):
        assert sheets["maxProperties"] == LISTS["Tender.sheets"].value
        sheets = sheets["additionalProperties"]
    assert sheets["additionalProperties"]["anyOf"][0]["maxLength"] == CELL_CHARS.value


def test_every_limit_of_a_field_is_that_of_a_field() -> None:
    assert {*LISTS, *TEXTS} <= set(MEANINGS)
