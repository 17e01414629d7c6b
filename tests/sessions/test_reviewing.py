"""What was recorded: who may see it, by office, kind of source and phase."""

from itertools import product

import pytest
from msgspec.structs import replace

from evalroom.sessions.opening import TERMINAL, Phase
from evalroom.sessions.phases import EVERY
from evalroom.sessions.recordings import Recordings, ScreenRequest
from evalroom.sessions.refusals import Refused
from evalroom.sessions.state import Session
from evalroom.sessions.visibility.audience import Audience
from evalroom.sessions.visibility.watching import may_review, may_see_snapshot, source_of
from tests.sessions.cast import HANA, STAN, VERA, WANG, Table, brought_to

EVERYBODY = ("m1", "m4", HANA, VERA, WANG, STAN, "audrey")
SOURCES = (
    "seat.m1.camera", "seat.m1.microphone", "seat.m1.screen", "venue.main.camera.1",
    "officer.vera.microphone",
)  # fmt: skip
PHASES: tuple[Phase, ...] = (*sorted(EVERY), *TERMINAL)
DETAILED = brought_to("detailed")


def refused(state: Session, audience: Audience, source: str) -> str | None:
    try:
        may_review(state, audience, source_of(state, source))
    except Refused as refusal:
        return refusal.code
    return None


def opened_early(state: Session, granted_by: str | None = WANG) -> Session:
    asked = ScreenRequest(clause="第三十条", by=VERA, granted_by=granted_by)
    return replace(state, recordings=Recordings(screens={"m1": asked}))


def expected(who: str, source: str, phase: str, opened: bool) -> str | None:
    """The rule again, as a table a person could draw."""
    over = phase in TERMINAL
    if who != VERA and not (who == "audrey" and over):
        return "wrong_role"
    if not source.endswith("screen") or phase == "closed" or opened:
        return None
    return "screen_sealed"


@pytest.mark.rule("M140")
@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("opened", [False, True])
def test_a_recording_is_for_the_supervisor_and_later_the_auditor(
    phase: Phase, opened: bool
) -> None:
    state = replace(DETAILED.state, phase=phase)
    if opened:
        state = opened_early(state)
    for who, source in product(EVERYBODY, SOURCES):
        audience = DETAILED.audience(who)
        assert refused(state, audience, source) == expected(who, source, phase, opened), (
            who, source,
        )  # fmt: skip


@pytest.mark.rule("M140")
def test_what_only_one_person_asked_for_stays_sealed() -> None:
    state = opened_early(DETAILED.state, granted_by=None)
    assert refused(state, DETAILED.audience(VERA), "seat.m1.screen") == "screen_sealed"


@pytest.mark.rule("M140")
def test_a_screen_opened_for_one_member_opens_no_other() -> None:
    state = opened_early(DETAILED.state)
    assert refused(state, DETAILED.audience(VERA), "seat.m2.screen") == "screen_sealed"


def with_alarm(source: str, snapshot: str | None = "cd" * 32) -> Table:
    table = brought_to("detailed")
    table.act("system", "RaiseAlarm", kind="black", source=source, snapshot=snapshot)
    return table


def snapshot(state: Session, audience: Audience, number: int = 1) -> str:
    try:
        return may_see_snapshot(state, audience, number)
    except Refused as refusal:
        return refusal.code


@pytest.mark.rule("M141")
def test_an_alarms_picture_is_for_whoever_may_see_its_source() -> None:
    face, room = with_alarm("seat.m1.camera"), with_alarm("venue.main.camera.1")
    for who in (VERA, WANG):
        assert snapshot(face.state, face.audience(who)) == "cd" * 32
    for who in (HANA, STAN):
        assert snapshot(face.state, face.audience(who)) == "wrong_role"
        assert snapshot(room.state, room.audience(who)) == "cd" * 32
    for who in ("m1", "m4"):
        assert snapshot(face.state, face.audience(who)) == "alarm_unknown"


@pytest.mark.rule("V10")
def test_an_auditor_is_not_told_whether_there_is_an_alarm_before_the_end() -> None:
    table = with_alarm("venue.main.camera.1")
    for number in (1, 2):
        assert snapshot(table.state, table.audience("audrey"), number) == "alarm_unknown"


@pytest.mark.rule("M141")
def test_after_the_end_an_alarms_picture_is_reviewed_like_a_recording() -> None:
    table = with_alarm("seat.m1.camera")
    over = replace(table.state, phase="closed")
    assert snapshot(over, table.audience(VERA)) == "cd" * 32
    assert snapshot(over, table.audience("audrey")) == "cd" * 32
    assert snapshot(over, table.audience(WANG)) == "wrong_role"


@pytest.mark.rule("M141")
def test_an_alarm_without_a_picture_has_none_to_show() -> None:
    table = with_alarm("seat.m1.camera", None)
    assert snapshot(table.state, table.audience(VERA)) == "unknown_snapshot"
    assert snapshot(table.state, table.audience(VERA), 2) == "alarm_unknown"
