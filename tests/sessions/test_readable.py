"""What a person typed is answered; what a program sends wrongly is not."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, strategies as st

from evalroom.sessions.catalogue import COMMANDS, read_command
from evalroom.sessions.refusals import Malformed, Refused

CELL = {"bid": "B1", "criterion": "t1", "value": "1"}
SUBSTITUTE = {"id": "s1", "alias": "专家6号"}


def replaced(**substitute: Any) -> dict[str, Any]:
    there = {"member": "m1", "principal": "p", "workstation": "w", "reason": "r"}
    return {**there, "substitute": {**SUBSTITUTE, **substitute}}


def refusal(name: str, args: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    with pytest.raises(Refused) as refused:
        read_command(name, args)
    return refused.value.code, refused.value.params


@pytest.mark.rule("S57")
@pytest.mark.parametrize(
    ("name", "args", "code", "params"),
    [
        ("RecordRemark", {"text": "x" * 4001}, "text_too_long", {"path": "text", "limit": 4000}),
        ("RecordRemark", {"text": ""}, "text_empty", {"path": "text"}),
        ("Resume", {"note": "x" * 201}, "text_too_long", {"path": "note", "limit": 200}),
        ("EnterScores", {"cells": []}, "list_empty", {"path": "cells"}),
        ("EnterScores", {"cells": [CELL] * 201}, "list_too_long", {"path": "cells", "limit": 200}),
        ("EnterScores", {"cells": [CELL, {**CELL, "bid": ""}]}, "text_empty",
         {"path": "cells[1].bid"}),
        ("EnterScores", {"cells": [{**CELL, "reason": "x" * 4001}]}, "text_too_long",
         {"path": "cells[0].reason", "limit": 4000}),
        ("EnterScores", {"cells": [{**CELL, "evidence": {"document": "x" * 501, "page": 1}}]},
         "text_too_long", {"path": "cells[0].evidence.document", "limit": 500}),
        ("ReplaceMember", replaced(id="s" * 65), "text_too_long",
         {"path": "substitute.id", "limit": 64}),
        ("ReplaceMember", replaced(alias=""), "text_empty", {"path": "substitute.alias"}),
        ("ReplaceMember", replaced(name="x" * 501), "text_too_long",
         {"path": "substitute.name", "limit": 500}),
        ("ReplaceMember", replaced(identifiers={str(n): "x" for n in range(201)}),
         "list_too_long", {"path": "substitute.identifiers", "limit": 200}),
        ("ReplaceMember", replaced(identifiers={"x" * 101: "x"}), "text_too_long",
         {"path": "substitute.identifiers[...]", "limit": 100}),
    ],
)  # fmt: skip
def test_what_is_too_long_or_empty_is_refused_with_its_place_and_limit(
    name: str, args: dict[str, Any], code: str, params: dict[str, Any]
) -> None:
    assert refusal(name, args) == (code, params)


UNREADABLE = [
    " ", "\u3000\u00a0", "\u200b", "\ufeff", "\u2060\u200d", "\t\n", "a\x00", "a\x07b", "\x1b[2J",
    "a\rb", "\x85", "a\u2028b", "\ud800", *(f"1{chr(code)}2" for code in range(0x202A, 0x202F)),
    *(f"1{chr(code)}2" for code in range(0x2066, 0x206A)),
]  # fmt: skip


@pytest.mark.rule("S58")
@pytest.mark.parametrize("text", UNREADABLE)
def test_a_text_that_nobody_can_read_is_refused_wherever_it_stands(text: str) -> None:
    for name, args, path in (
        ("RecordRemark", {"text": text}, "text"),
        ("Resume", {"note": text}, "note"),
        ("SignReport", {"report": "0" * 64, "dissent": text}, "dissent"),
        ("Appoint", {"principal": text, "roles": ["witness"]}, "principal"),
        ("EnterScores", {"cells": [CELL, {**CELL, "reason": text}]}, "cells[1].reason"),
        ("ReplaceMember", replaced(alias=text), "substitute.alias"),
        ("ReplaceMember", replaced(identifiers={"a": text}), "substitute.identifiers[...]"),
    ):
        assert refusal(name, args) == ("text_unreadable", {"path": path})


@pytest.mark.rule("S58")
def test_several_lines_are_for_texts_of_several_lines() -> None:
    text = "一、\t情况属实。\n二、见第 3 页。 \u200e(RTL: \u05d0)"
    assert read_command("RecordRemark", {"text": text}).text == text  # type: ignore[attr-defined]
    assert read_command("Resume", {"note": ""}).note == ""  # type: ignore[attr-defined]
    for line in ("a\nb", "a\tb"):
        assert refusal("Resume", {"note": line})[0] == "text_unreadable"
        assert refusal("ConfirmIdentity", {"member": "m1", "method": line})[0] == "text_unreadable"


@pytest.mark.rule("S57")
@given(st.sampled_from(sorted(COMMANDS)), st.dictionaries(
    st.sampled_from(["text", "reason", "member", "cells", "section", "note", "substitute"]),
    st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) |
                 st.dictionaries(st.sampled_from(["id", "alias", "bid"]), inner)),
))  # fmt: skip
def test_whatever_is_sent_is_a_command_or_refused_or_malformed(
    name: str, args: dict[str, Any]
) -> None:
    with suppress(Refused, Malformed):
        assert type(read_command(name, args)).__name__ == name
