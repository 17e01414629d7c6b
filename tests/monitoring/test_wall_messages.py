"""What is said beside the pictures."""

import json
from contextlib import suppress

import pytest
from hypothesis import given, strategies as st

from evalroom.monitoring.wall_messages import (
    KEYS_ONLY,
    Control,
    Ended,
    Lowered,
    NotShown,
    Subscription,
    frame_of,
    read_control,
)
from evalroom.sessions.refusals import Malformed
from tests.monitoring.parts import body


@pytest.mark.rule("M48")
def test_a_message_may_say_several_things_at_once() -> None:
    assert read_control(
        b'{"subscribe":[{"stream":1,"layer":2,"width":640}],"unsubscribe":[2],'
        b'"hidden":false,"ack":{"1":7,"3":4294967295}}'
    ) == Control(
        subscribe=(Subscription(1, 2, 640),),
        unsubscribe=(2,),
        hidden=False,
        ack={1: 7, 3: 2**32 - 1},
    )
    assert read_control("{}") == Control()


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (Ended(7, "screen_sealed"), {"ended": 7, "code": "screen_sealed"}),
        (NotShown(7, "unknown_stream"), {"refused": 7, "code": "unknown_stream"}),
        (NotShown(7, "busy", 50), {"refused": 7, "code": "busy", "retry_ms": 50}),
        (Lowered(7, KEYS_ONLY), {"lowered": 7, "layer": -1}),
    ],
)
def test_what_a_viewer_is_told_is_one_text_frame(
    message: Ended | NotShown | Lowered, said: dict[str, object]
) -> None:
    frame = frame_of(message)
    assert frame[0] == 0x81
    assert json.loads(body(frame)) == said


@pytest.mark.rule("M48")
@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[]",
        "null",
        '{"subscribe": null}',
        '{"ask": []}',
        '{"subscribe": [{"stream": 1, "layer": 0, "width": 160, "focus": true}]}',
        '{"subscribe": [{"stream": 1, "layer": 3, "width": 160}]}',
        '{"subscribe": [{"stream": 1, "layer": 0, "width": 0}]}',
        '{"subscribe": [{"stream": 0, "layer": 0, "width": 160}]}',
        '{"subscribe": [{"stream": 4294967296, "layer": 0, "width": 160}]}',
        '{"subscribe": [{"stream": true, "layer": 0, "width": 160}]}',
        '{"subscribe": [{"stream": "1", "layer": 0, "width": 160}]}',
        '{"subscribe": [{"stream": 1, "layer": 0, "width": 160.5}]}',
        '{"subscribe": [{"stream": 1, "width": 160}]}',
        '{"unsubscribe": [' + ",".join(["1"] * 65) + "]}",
        '{"unsubscribe": [7, 8, 7]}',
        '{"hidden": 1}',
        '{"ack": {"one": 1}}',
        '{"ack": {"1": -1}}',
        '{"ack": [1]}',
        "[" * 10_000,
    ],
)
def test_what_no_correct_client_sends_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        read_control(text)


@pytest.mark.rule("M48")
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200)))
def test_any_bytes_are_read_or_malformed(text: bytes | str) -> None:
    with suppress(Malformed):
        read_control(text)
