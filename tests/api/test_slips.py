"""The decoder's sentences, sorted: each kind that it has is known, and none comes out as it is."""

from enum import Enum
from typing import Annotated, Any

import msgspec
import pytest
from msgspec import Meta, Struct

from evalroom.api.slips import MOST_OF_A_NAME, NOT_UNDERSTOOD, place_of, slip_of
from evalroom.wire.texts import CATALOGUES, LANGUAGES


class Colour(Enum):
    RED = "red"


class Leaf(Struct, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=3, pattern="^[a-z]*$")] = "a"
    number: Annotated[int, Meta(ge=-1, lt=10)] = 1
    colour: Colour = Colour.RED
    many: Annotated[tuple[int, ...], Meta(max_length=1)] = ()


class Tree(Struct, forbid_unknown_fields=True):
    leaf: Leaf


@pytest.mark.rule("A31")
@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({}, "missing_field"),
        ({"leaf": {}, "x": 1}, "unknown_field"),
        ({"leaf": 1}, "wrong_type"),
        ({"leaf": {"name": None}}, "wrong_type"),
        ({"leaf": {"name": ""}}, "wrong_length"),
        ({"leaf": {"name": "abcd"}}, "wrong_length"),
        ({"leaf": {"name": "A"}}, "wrong_form"),
        ({"leaf": {"number": -2}}, "out_of_range"),
        ({"leaf": {"number": 10}}, "out_of_range"),
        ({"leaf": {"colour": "blue\n` - at `"}}, "no_such_choice"),
        ({"leaf": {"many": [1, 2]}}, "wrong_length"),
    ],
)
def test_every_sentence_of_the_decoder_is_sorted(sent: dict[str, Any], code: str) -> None:
    with pytest.raises(msgspec.ValidationError) as fault:
        msgspec.json.decode(msgspec.json.encode(sent), type=Tree)
    reason, _, _ = str(fault.value).rpartition(" - at ")
    slip = slip_of(reason or str(fault.value))
    assert slip.code == code
    for language in LANGUAGES:
        assert "…" not in slip.told(language)


@pytest.mark.rule("A31")
def test_what_nobody_knows_is_told_without_its_words() -> None:
    slip = slip_of("Some new sentence of the decoder")
    assert (slip.code, slip.params) == (NOT_UNDERSTOOD, {})
    assert slip.told("zh-CN") == CATALOGUES["zh-CN"]["slip.not_understood"]


@pytest.mark.rule("A31")
def test_a_name_that_a_peer_chose_is_shown_in_part() -> None:
    reason = f"Object contains unknown field `{'x' * 5000}`"
    assert place_of("body", reason) == "body." + "x" * MOST_OF_A_NAME
    assert len(slip_of(reason).told("en")) < 200
    assert place_of("body.a", "Expected `int`, got `str`") == "body.a"
