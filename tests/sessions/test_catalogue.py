"""Every command and event by name."""

from typing import Any

import msgspec
import pytest

from evalroom.sessions.catalogue import ANY_EVENT, COMMANDS, EVENTS, read_command
from evalroom.sessions.messages import Command, Event
from evalroom.sessions.minutes import LINES
from evalroom.sessions.phases import RULES
from evalroom.sessions.refusals import Malformed, Refused
from evalroom.sessions.session import DECIDE
from evalroom.sessions.sheets import EnterScores
from tests.sessions.cast import brought_to


def subclasses(base: type[Any]) -> set[type[Any]]:
    return {kind for kind in base.__subclasses__() if kind.__module__.startswith("evalroom.")}


@pytest.mark.rule("S45")
def test_no_event_and_no_command_is_without_a_place() -> None:
    assert subclasses(Event) == set(EVENTS)
    assert subclasses(Command) == set(RULES) == set(DECIDE) | {EnterScores}
    assert set(LINES) <= set(EVENTS)


@pytest.mark.rule("S45")
def test_every_event_of_an_evaluation_comes_back_from_its_json() -> None:
    for _, events in brought_to("closed").log:
        for event in events:
            assert msgspec.json.decode(msgspec.json.encode(event), type=ANY_EVENT) == event


@pytest.mark.rule("S46")
def test_an_unknown_command_is_refused_and_wrong_arguments_are_malformed() -> None:
    with pytest.raises(Refused, match="unknown_command"):
        read_command("Bribe", {})
    for name, args, path in (
        ("ClosePersonally", {}, "args"),
        ("ClosePersonally", {"section": 5}, "args.section"),
        ("ClosePersonally", {"section": "s", "more": 1}, "args"),
        ("EnterScores", {"cells": [{"bid": "B1", "criterion": "t1", "value": 5}]},
         "args.cells[0].value"),
        ("Recuse", {"ground": "bored"}, "args.ground"),
        ("RecordRemark", {"text": 5}, "args.text"),
        ("SignReport", {"report": "x"}, "args.report"),
    ):  # fmt: skip
        with pytest.raises(Malformed) as malformed:
            read_command(name, args)
        assert malformed.value.path == path
    assert set(COMMANDS) == {kind.__name__ for kind in RULES}


def test_refusals_and_malformed_messages_say_what_they_are() -> None:
    assert str(Refused("paused")) == "paused"
    assert str(Refused("paused", kind="technical")) == "paused(kind='technical')"
    assert str(Malformed("args.x", "wrong")) == "args.x: wrong"
