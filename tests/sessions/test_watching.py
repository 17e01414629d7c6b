"""Who is seen and heard, by whom, and when: every kind of source, role and phase."""

from itertools import product

import pytest
from msgspec.structs import replace

from evalroom.sessions.opening import Phase
from evalroom.sessions.people import Appointment
from evalroom.sessions.phases import CHAINS
from evalroom.sessions.refusals import Refused
from evalroom.sessions.state import Session
from evalroom.sessions.visibility.audience import Audience
from evalroom.sessions.visibility.watching import (
    may_publish,
    may_watch,
    screen_sealed,
    source_for,
    source_of,
    talk_open,
)
from tests.sessions.cast import HANA, STAN, VERA, WANG, Table, brought_to, small_tender

PHASES: tuple[Phase, ...] = CHAINS["works"]
WATCHERS: tuple[str, ...] = ("m1", "m2", "m5", HANA, VERA, WANG, STAN, "audrey")


def refusal(session: Session, audience: Audience, source: str) -> str | None:
    try:
        may_watch(session, audience, source_of(session, source))
    except Refused as refused:
        return refused.code
    return None


def watched(table: Table, who: str, source: str) -> str | None:
    return refusal(table.state, table.audience(who), source)


def publishes(table: Table, who: str, source: str, device: str | None = None) -> str | None:
    account = {"m1": "ada", "m4": "dora"}.get(who, who)
    try:
        may_publish(
            table.state,
            table.audience(who),
            account,
            device or f"device-{account}",
            source_of(table.state, source),
        )
    except Refused as refused:
        return refused.code
    return None


@pytest.mark.rule("E1")
@pytest.mark.parametrize(
    "name",
    [
        "", "seat", "seat.m1", "seat.m9.camera", "seat.m1.sound", "venue.main.camera",
        "venue.west.camera.1", "venue.main.screen.1", "venue.main.camera.a/b",
        "officer.nobody.microphone", "officer.ada.microphone", "officer.vera.camera", "x" * 500,
    ],
)  # fmt: skip
def test_a_source_that_is_not_in_the_plan_does_not_exist(name: str) -> None:
    with pytest.raises(Refused) as refused:
        source_of(Table().state, name)
    assert refused.value.code == "unknown_source"
    assert len(str(refused.value)) < 200


@pytest.mark.rule("E1")
def test_a_source_says_whose_it_is_and_where() -> None:
    state = Table().state
    seat = source_of(state, "seat.m4.screen")
    assert (seat.kind, seat.member, seat.venue) == ("screen", "m4", "east")
    hall = source_of(state, "venue.east.camera.door-2")
    assert (hall.kind, hall.member, hall.venue) == ("camera", None, "east")
    voice = source_of(state, "officer.vera.microphone")
    assert (voice.kind, voice.account) == ("microphone", "vera")


@pytest.mark.rule("E2")
@pytest.mark.parametrize("phase", PHASES)
def test_before_the_last_reveal_a_screen_is_seen_by_its_owner_alone(phase: Phase) -> None:
    table = brought_to(phase)
    sealed = phase in ("check_in", "declaration", "lead", "preliminary", "detailed")
    for member, who in product(("m1", "m2", "m5"), WATCHERS):
        expected = "wrong_role"
        if who == member:
            expected = ""
        elif who == VERA:
            expected = "screen_sealed" if sealed else ""
        assert (watched(table, who, f"seat.{member}.screen") or "") == expected


@pytest.mark.rule("E2")
def test_a_screen_opens_with_the_last_reveal_of_what_its_owner_scores() -> None:
    table = brought_to("detailed")
    table.fill("technical")
    table.act("m1", "CloseGroup", section="technical")
    assert watched(table, VERA, "seat.m1.screen") == "screen_sealed"
    table.fill("business")
    assert watched(table, VERA, "seat.m1.screen") == "screen_sealed"
    table.act("m1", "CloseGroup", section="business")
    assert watched(table, VERA, "seat.m1.screen") is None


@pytest.mark.rule("E2")
def test_a_new_round_seals_again() -> None:
    state = brought_to("price").state
    assert not screen_sealed(state, "m1")
    progress = state.sheets.progress
    again = {**progress, "technical": replace(progress["technical"], round=2)}
    assert screen_sealed(replace(state, sheets=replace(state.sheets, progress=again)), "m1")


@pytest.mark.rule("E2")
def test_a_screen_of_an_evaluation_that_failed_stays_sealed() -> None:
    table = brought_to("detailed")
    table.act(HANA, "AbortSession", reason="项目终止")
    assert screen_sealed(table.state, "m1")
    assert watched(table, VERA, "seat.m1.screen") == "session_over"


@pytest.mark.rule("E3")
def test_faces_are_seen_by_the_supervisor_and_by_the_witness_of_the_venue() -> None:
    table = brought_to("detailed")
    assert watched(table, VERA, "seat.m5.camera") is None
    assert watched(table, WANG, "seat.m1.camera") is None
    assert watched(table, WANG, "seat.m5.camera") == "wrong_role"
    for who in ("m2", HANA, STAN, "audrey"):
        assert watched(table, who, "seat.m1.camera") == "wrong_role"
    assert watched(table, "m1", "seat.m1.camera") is None


@pytest.mark.rule("E3")
def test_members_see_each_other_where_the_policy_says_so() -> None:
    table = brought_to("detailed", small_tender(member_cameras="committee"))
    assert watched(table, "m2", "seat.m1.camera") is None
    assert watched(table, "m2", "venue.main.camera.1") == "wrong_role"
    assert watched(table, "m2", "seat.m1.screen") == "wrong_role"


@pytest.mark.rule("E3")
def test_a_room_is_seen_by_those_who_look_after_it() -> None:
    table = brought_to("detailed")
    for who in (VERA, HANA, WANG, STAN):
        assert watched(table, who, "venue.main.camera.1") is None
    for who in (WANG, STAN, "m5", "audrey"):
        assert watched(table, who, "venue.east.camera.1") == "wrong_role"
    assert watched(table, HANA, "venue.east.camera.1") is None


@pytest.mark.rule("E4")
def test_members_who_work_apart_do_not_hear_each_other() -> None:
    table = brought_to("detailed")
    assert not talk_open(table.state)
    for who in ("m2", "m1", HANA):
        assert watched(table, who, "seat.m1.microphone") == "talk_closed"
    assert watched(table, VERA, "seat.m1.microphone") is None
    assert watched(table, WANG, "seat.m1.microphone") is None
    for who in (WANG, STAN):
        assert watched(table, who, "seat.m5.microphone") == "wrong_role"


@pytest.mark.rule("E4")
def test_talk_is_open_before_the_review_and_after_the_reveal() -> None:
    for phase in ("declaration", "price"):
        table = brought_to(phase)
        assert talk_open(table.state)
        assert watched(table, "m2", "seat.m1.microphone") is None
        assert watched(table, HANA, "seat.m1.microphone") is None
        assert watched(table, "m1", "officer.hana.microphone") is None
    table.act(HANA, "PauseTechnically", reason="断电")
    assert watched(table, "m2", "seat.m1.microphone") == "talk_closed"


@pytest.mark.rule("E11")
def test_a_closed_microphone_is_heard_by_no_other_seat_and_not_by_the_agency() -> None:
    table = brought_to("declaration")
    table.act("m1", "Mute", member="m1")
    for who in ("m2", HANA):
        assert watched(table, who, "seat.m1.microphone") == "microphone_closed"
    for who in (VERA, WANG):
        assert watched(table, who, "seat.m1.microphone") is None
    assert table.view("m2")["sources"]["seat.m1.microphone"]["refused"] is None
    table.act("m1", "Unmute")
    assert watched(table, "m2", "seat.m1.microphone") is None


@pytest.mark.rule("E4")
def test_who_has_stepped_back_hears_and_sees_no_other_seat() -> None:
    table = brought_to("declaration", small_tender(member_cameras="committee"))
    table.act(HANA, "AnnounceDiscipline")
    table.act("m2", "Recuse", ground="employment", explanation="三年内任职")
    for source in ("seat.m1.microphone", "seat.m1.camera", "officer.hana.microphone"):
        assert watched(table, "m2", source) == "wrong_role"
        assert watched(table, "m3", source) is None
        shown = table.view("m2")["sources"].get(source)
        assert shown is None or shown["refused"] == "wrong_role"
    assert watched(table, "m2", "seat.m2.camera") is None
    table.act(VERA, "OpenIntercom", member="m2")
    assert watched(table, "m2", "officer.vera.microphone") is None


@pytest.mark.rule("V10")
def test_an_auditor_is_not_told_which_sources_there_are_before_the_end() -> None:
    table = brought_to("detailed")
    audience = table.audience("audrey")
    for name in ("seat.m1.camera", "seat.nobody.camera", "venue.nowhere.camera.1"):
        with pytest.raises(Refused, match="wrong_role"):
            source_for(table.state, audience, name)
    over = replace(table.state, phase="closed")
    with pytest.raises(Refused, match="unknown_source"):
        source_for(over, audience, "seat.nobody.camera")


@pytest.mark.rule("E4")
def test_the_intercom_is_heard_at_its_two_ends() -> None:
    table = brought_to("detailed")
    table.act(VERA, "OpenIntercom", member="m2")
    assert watched(table, "m2", "officer.vera.microphone") is None
    assert watched(table, "m1", "officer.vera.microphone") == "talk_closed"
    assert watched(table, VERA, "seat.m2.microphone") is None
    table.act(VERA, "CloseIntercom")
    assert watched(table, "m2", "officer.vera.microphone") == "talk_closed"


@pytest.mark.rule("E5")
def test_a_seat_is_shown_from_that_seat_alone() -> None:
    table = brought_to("detailed")
    assert publishes(table, "m1", "seat.m1.camera") is None
    assert publishes(table, "m1", "seat.m1.camera", "another") == "other_device"
    assert publishes(table, "m1", "seat.m2.camera") == "wrong_role"
    assert publishes(table, VERA, "seat.m1.camera") == "wrong_role"
    assert publishes(Table(), "m1", "seat.m1.camera") == "not_checked_in"
    table.act(HANA, "AbortSession", reason="项目终止")
    assert publishes(table, "m1", "seat.m1.camera") == "session_over"


@pytest.mark.rule("E5")
def test_a_room_is_shown_by_its_staff_and_a_voice_by_its_owner() -> None:
    table = brought_to("detailed")
    assert publishes(table, STAN, "venue.main.camera.1") is None
    assert publishes(table, STAN, "venue.east.camera.1") == "wrong_role"
    assert publishes(table, HANA, "venue.east.camera.1") is None
    assert publishes(table, "m4", "venue.east.camera.1") == "wrong_role"
    assert publishes(table, VERA, "officer.vera.microphone") is None
    assert publishes(table, HANA, "officer.vera.microphone") == "wrong_role"
    assert publishes(table, WANG, "officer.wang.microphone") == "wrong_role"


@pytest.mark.rule("E6")
def test_a_view_lists_what_may_be_watched_and_says_calmly_what_is_sealed() -> None:
    table = brought_to("detailed")
    seen = table.view(VERA)["sources"]
    assert seen["seat.m1.screen"]["refused"] == "screen_sealed"
    assert seen["seat.m1.camera"] == {
        "kind": "camera", "member": "m1", "venue": "main", "refused": None,
    }  # fmt: skip
    assert [s for s in table.view("m1")["sources"] if "seat.m1." not in s] == [
        f"seat.m{n}.microphone" for n in range(2, 6)
    ]
    assert table.view(STAN)["sources"] == {}


@pytest.mark.rule("E2")
def test_no_account_without_an_office_sees_anything() -> None:
    table = brought_to("detailed")
    appointments = {**table.state.seats.appointments, "zoe": Appointment()}
    seats = replace(table.state.seats, appointments=appointments)
    state = replace(table.state, seats=seats)
    nobody = Audience(member=None, roles=(), venue=None)
    for kind in ("camera", "screen", "microphone"):
        assert refusal(state, nobody, f"seat.m1.{kind}") == "wrong_role"
    assert refusal(state, nobody, "venue.main.camera.1") == "wrong_role"
