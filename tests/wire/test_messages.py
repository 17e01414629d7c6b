"""What peers send is read strictly; what we send has the shape that the manual gives."""

from typing import Any, get_args

import msgspec
import pytest

from evalroom.sessions.refusals import Malformed
from evalroom.wire import limits
from evalroom.wire.messages import (
    COMES_BACK,
    Bye,
    ByeCode,
    CommandMessage,
    ConnectError,
    ConnectFault,
    Done,
    Ephemeral,
    Mark,
    NotDone,
    PageTurned,
    Pointer,
    Typing,
    read_as,
    token_bytes,
)

COMMAND: dict[str, Any] = {"id": bytes(16), "name": "EnterScores", "args": {"cells": []}}


@pytest.mark.rule("W9")
def test_a_command_is_read_as_it_was_sent() -> None:
    assert read_as(CommandMessage, COMMAND, "command") == CommandMessage(
        bytes(16), "EnterScores", {"cells": []}
    )
    assert read_as(CommandMessage, COMMAND | {"seen": 3}, "command").seen == 3
    assert read_as(CommandMessage, COMMAND | {"seen": None}, "command").seen is None


@pytest.mark.rule("W18")
@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"id": "AAAAAAAAAAAAAAAAAAAAAA=="}, "command.id"),
        ({"id": bytes(15)}, "command.id"),
        ({"name": ""}, "command.name"),
        ({"args": None}, "command.args"),
        ({"seen": True}, "command.seen"),
        ({"seen": 1.0}, "command.seen"),
        ({"seen": "1"}, "command.seen"),
    ],
)
def test_what_is_wrong_is_named_by_its_path(change: dict[str, Any], path: str) -> None:
    with pytest.raises(Malformed) as malformed:
        read_as(CommandMessage, COMMAND | change, "command")
    assert malformed.value.path == path
    assert malformed.value.reason


@pytest.mark.rule("W18")
def test_a_field_that_nobody_knows_is_not_overlooked() -> None:
    with pytest.raises(Malformed):
        read_as(CommandMessage, COMMAND | {"at": 1}, "command")


@pytest.mark.rule("W16")
def test_there_are_three_kinds_of_ephemerals() -> None:
    place = {"matter": "m", "document": "d", "page": 1}
    for sent, read in (
        ({"kind": "typing", "matter": "m"}, Typing("m")),
        ({"kind": "page", **place}, PageTurned("m", "d", 1)),
        ({"kind": "pointer", **place, "x": 10_000, "y": 0}, Pointer("m", "d", 1, 10_000, 0)),
    ):
        assert read_as(Ephemeral, sent, "ephemeral") == read  # type: ignore[arg-type]
        assert msgspec.to_builtins(read) == sent


@pytest.mark.rule("W1")
def test_a_token_is_bytes_however_it_came() -> None:
    for text in ("AAEC/w==", "AAEC_w", "AAEC_w==", "AAEC/w"):
        assert token_bytes(text) == b"\x00\x01\x02\xff"
    assert token_bytes(b"\xff") == b"\xff"
    longest = bytes(limits.TOKEN_BYTES)
    assert token_bytes(longest) == longest
    for wrong in ("", "A", "A===", "AA\n", "äää", b"", longest + b"\0", None, 7, ["AAEC"]):
        with pytest.raises(Malformed):
            token_bytes(wrong)


@pytest.mark.rule("W23")
def test_every_good_bye_says_whether_to_come_back() -> None:
    assert set(COMES_BACK) == set(get_args(ByeCode))
    coming = {code for code, comes in COMES_BACK.items() if comes}
    assert coming == {"restart", "slow", "audience_changed", "unknown_version"}


@pytest.mark.parametrize(
    ("message", "sent"),
    [
        (Done(), {"ok": True}),
        (Done(receipt={"leaf": b"\1"}), {"ok": True, "receipt": {"leaf": b"\1"}}),
        (
            NotDone(code="paused", message_key="refusal.paused", params={"until": 5}),
            {
                "ok": False,
                "code": "paused",
                "message_key": "refusal.paused",
                "params": {"until": 5},
            },
        ),
        (
            NotDone(code="busy", message_key="refusal.busy", params={}, retry_ms=9),
            {
                "ok": False,
                "code": "busy",
                "message_key": "refusal.busy",
                "params": {},
                "retry_ms": 9,
            },
        ),
        (Mark(b"\1", 5), {"token": b"\1", "at": 5}),
        (Bye("closed", False), {"code": "closed", "come_back": False}),
        (Bye("restart", True, 5), {"code": "restart", "come_back": True, "retry_ms": 5}),
        (
            ConnectError("stale token", ConnectFault("stale_token", "stale token")),
            {
                "message": "stale token",
                "data": {"code": "stale_token", "message": "stale token"},
            },
        ),
    ],
)
def test_what_we_say_has_no_empty_fields(message: object, sent: dict[str, Any]) -> None:
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(message)) == sent
