"""Who sees what: secrecy as a property, and the law that a view follows its changes."""

import random
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st
from msgspec.structs import replace

from evalroom.sessions.evolving import fold
from evalroom.sessions.people import Appointment
from evalroom.sessions.refusals import Refused
from evalroom.sessions.sheets import ScoresEntered
from evalroom.sessions.tender.model import Document, PriceRule
from evalroom.sessions.visibility import Audience, audience_of, changes, may_read, view
from evalroom.sessions.visibility.audience import reads_report
from tests.sessions.cast import (
    ACCOUNTS,
    HANA,
    MEMBERS,
    VERA,
    WANG,
    Table,
    brought_to,
    offer,
    small_tender,
    with_policy,
)

OUTSIDERS = (HANA, VERA, WANG, "stan", "audrey")


def played(choose: dict[str, str]) -> Table:
    """A detailed review in which m1 enters the chosen values, alone, and closes both sheets."""
    table = brought_to("detailed")
    for section in ("technical", "business"):
        table.enter("m1", section, lambda criterion, bid: choose[criterion])
        table.act("m1", "ClosePersonally", section=section)
    return table


def told(table: Table, who: Audience) -> bytes:
    """Everything an audience is sent from the start of the detailed review on, as bytes."""
    sent: list[Any] = []
    state = None
    for at, events in table.log:
        before, state = state, fold(state, events, at)
        if before is not None and before.phase == "detailed":
            sent.append(list(changes(before, events, state, who)))
    assert state is not None
    return msgspec.msgpack.encode((sent, view(state, who)))


@pytest.mark.rule("V1")
@given(
    st.sampled_from(["0", "12.5", "40"]), st.sampled_from(["0", "10", "20"]),
    st.sampled_from(["0", "7", "20"]),
)  # fmt: skip
def test_bytes_sent_to_others_are_equal_when_only_sealed_values_differ(
    first: str, second: str, third: str
) -> None:
    plain = played({"t1": "10", "t2": "10", "b1": "10"})
    other = played({"t1": first, "t2": second, "b1": third})
    for audience in plain.audiences():
        if audience.member != "m1":
            assert told(plain, audience) == told(other, audience)


@pytest.mark.rule("V1")
def test_an_edit_is_told_to_its_author_and_to_nobody_else() -> None:
    table = brought_to("detailed")
    before = table.state
    table.enter("m1", "technical")
    _, events = table.log[-1]
    heard = {a.member for a in table.audiences() if changes(before, events, table.state, a)}
    assert heard == {"m1"}


@pytest.mark.rule("V1")
def test_before_the_reveal_no_view_but_the_authors_holds_his_value_at_any_depth() -> None:
    table = brought_to("detailed")
    cells = [{"bid": "B1", "criterion": "t1", "value": "37.5", "reason": "独到之处"}]
    table.act("m1", "EnterScores", cells=cells)
    for audience in table.audiences():
        sent = msgspec.json.encode(view(table.state, audience)).decode()
        assert ("37.5" in sent) is ("独到之处" in sent) is (audience.member == "m1")


@pytest.mark.rule("V2")
@pytest.mark.parametrize("seed", range(12))
def test_the_view_follows_its_changes_along_any_history(seed: int) -> None:
    """`Table.act` checks the law at each step, for every audience; here the steps are random."""
    chance = random.Random(seed)
    regime = chance.choice(("works", "government_procurement"))
    table = Table(small_tender(regime))  # type: ignore[arg-type]
    acts = 0
    for _ in range(2_500):
        name, who, args = random_act(chance, table)
        try:
            acts += bool(table.act(who, name, **args))
        except Refused:
            continue
        if table.state.over:
            break
    assert acts > 20


def random_act(chance: random.Random, table: Table) -> tuple[str, str, dict[str, Any]]:
    member = chance.choice(MEMBERS)
    section = chance.choice(("conformity", "technical", "business"))
    cells = [
        {"bid": bid, "criterion": criterion, "value": values[criterion], "reason": "理由"}
        for bid in table.state.valid_bids()
        for criterion, values in [(c, good(chance)) for c in ("q1", "t1", "t2", "b1")]
        if table.state.plan.criteria[criterion].section == section
    ]
    report = table.state.signing.report or "0" * 64
    acts: list[tuple[str, str, dict[str, Any]]] = [
        ("CheckIn", member, {}),
        ("AnnounceDiscipline", HANA, {}),
        ("Commit", member, {}),
        ("CastBallot", member, {"candidate": chance.choice(MEMBERS[:2])}),
        ("RequestStart", member, {}),
        ("EnterScores", member, {"cells": cells or [{"bid": "B", "criterion": "x", "value": "1"}]}),
        ("ClosePersonally", member, {"section": section}),
        ("CloseGroup", member, {"section": section}),
        ("CastVote", member, {"choice": "continue", "reason": "x"}),
        ("ConfirmPrices", member, {}),
        ("AcceptResult", HANA, {}),
        ("SubmitReport", member, {}),
        ("SignReport", member, {"report": report, "dissent": chance.choice((None, "异议"))}),
        ("CloseSession", member, {}),
        ("PauseTechnically", HANA, {"reason": "x"}),
        ("Resume", HANA, {}),
        ("ReportLinkLost", "system", {"member": member}),
        ("ReportLinkBack", "system", {"member": member}),
        ("RecordRemark", VERA, {"text": "x"}),
        ("ReleaseSeat", HANA, {"member": member, "reason": "x"}),
    ]
    weights = [9, 3, 9, 9, 5, 30, 20, 9, 9, 9, 5, 5, 9, 5, 1, 5, 1, 1, 1, 1]
    return chance.choices(acts, weights)[0]


def good(chance: random.Random) -> dict[str, str]:
    return {
        "q1": chance.choice(("pass", "pass", "pass", "fail")),
        "t1": chance.choice(("0", "20", "40")),
        "t2": chance.choice(("0", "10")),
        "b1": "5",
    }


@pytest.mark.rule("V3")
def test_the_committee_sees_revealed_sheets_and_nobody_else_before_the_close() -> None:
    table = brought_to("summary")
    for member in MEMBERS:
        assert set(table.view(member)["revealed"]) == {"conformity", "technical", "business"}
    for who in OUTSIDERS:
        assert not table.view(who)["revealed"]
    closed = brought_to("closed")
    seen = {who for who in OUTSIDERS if closed.view(who)["revealed"]}
    assert seen == {VERA, "audrey"}


@pytest.mark.rule("V10")
@pytest.mark.parametrize("seed", range(2))
def test_an_auditor_is_told_of_a_running_session_its_name_phase_and_supervisors(seed: int) -> None:
    """Whatever happens: what he sees is a function of these, and `Table.act` holds the changes."""
    chance = random.Random(seed)
    table = Table()
    for _ in range(400):
        name, who, args = random_act(chance, table)
        with suppress(Refused):
            table.act(who, name, **args)
        if table.state.over:
            break
        shown = table.view("audrey")
        assert {name for name, value in shown.items() if value} == {
            "session", "phase", "offices", "me"
        }  # fmt: skip
        assert shown["phase"]["name"] == table.phase
        assert (shown["phase"]["revision"], shown["phase"]["ending"]) == (0, "")
        assert shown["offices"] == {VERA: {"roles": ["supervisor"], "venue": None}}
        assert shown["session"]["title"] == "滨河新区智慧交通"
        assert not may_read(table.state, table.audience("audrey"), offer(1).sha256)


@pytest.mark.rule("V10")
def test_an_auditor_reads_when_the_session_is_over_and_his_changes_lead_there() -> None:
    table = brought_to("signing")
    table.everyone("SignReport", report=table.state.signing.report)
    table.act(table.lead, "CloseSession")
    shown = table.view("audrey")
    assert shown["bids"]
    assert shown["revealed"]
    assert shown["results"]["result"] is not None
    assert shown["offices"][HANA]["roles"] == ["agency_lead"]
    assert may_read(table.state, table.audience("audrey"), offer(1).sha256)


@pytest.mark.rule("V10")
def test_an_auditor_who_witnesses_as_well_is_a_witness_until_the_end() -> None:
    table = brought_to("signing")
    table.act("system", "Appoint", principal="wu", roles=["auditor", "witness"])
    table.act(VERA, "RecordRemark", text="x")
    shown = table.view("wu")
    assert (shown["bids"], shown["offices"], shown["remarks"], shown["looks"]) == ({}, {}, [], None)
    assert shown["gate"]
    table.everyone("SignReport", report=table.state.signing.report)
    table.act(table.lead, "CloseSession")
    assert table.view("wu")["remarks"]


@pytest.mark.rule("V11")
def test_the_report_is_the_committees_and_when_signed_the_agencys_and_the_watchers() -> None:
    everyone = (*MEMBERS, *OUTSIDERS)
    for phase, readers in (
        ("summary", set()),
        ("signing", set(MEMBERS)),
        ("closed", {*MEMBERS, HANA, VERA, "audrey"}),
    ):
        table = brought_to(phase)  # type: ignore[arg-type]
        read = {who for who in everyone if reads_report(table.state, table.audience(who))}
        assert read == readers, phase


@pytest.mark.rule("V4")
def test_the_project_is_sealed_until_check_in_is_over() -> None:
    table = Table()
    for who in ("m1", WANG, "stan"):
        assert table.view(who)["session"]["title"] is None
        assert table.view(who)["tender"] is None
    assert table.view(HANA)["session"]["title"] == "滨河新区智慧交通"
    table.everyone("CheckIn")
    assert table.view("m1")["session"]["signing_key"] == {"id": "k1", "public": "00" * 32}
    assert table.view("m1")["session"]["title"] == "滨河新区智慧交通"
    assert table.view("m1")["tender"]["criteria"][1]["points"] == "40"
    assert table.view(WANG)["bids"] == {}


@pytest.mark.rule("V4")
def test_members_are_aliases_unless_a_policy_names_them() -> None:
    tender = small_tender()
    named = tuple(replace(m, name=f"姓名{m.id}") for m in tender.committee)
    table = brought_to("declaration", replace(tender, committee=named))
    assert table.view("m2")["committee"]["m1"]["name"] is None
    open_names = with_policy(replace(tender, committee=named), member_names="name")
    assert Table(open_names).view("m2")["committee"]["m1"]["name"] is None
    assert brought_to("declaration", open_names).view("m2")["committee"]["m1"]["name"] == "姓名m1"


@pytest.mark.rule("V5")
def test_a_price_that_is_hidden_until_the_technical_close_opens_with_the_price_review() -> None:
    tender = small_tender()
    assert tender.price is not None
    rule = PriceRule(points=tender.price.points, visible="hidden_until_technical_closed")
    table = brought_to("detailed", replace(tender, price=rule))
    assert table.view("m1")["bids"]["B1"]["price"] is None
    assert table.view("m1")["tender"]["opening_record"] is None
    for section in ("technical", "business"):
        table.fill(section)
        table.act("m1", "CloseGroup", section=section)
    assert table.view("m1")["bids"]["B1"]["price"] == "1001"


@pytest.mark.rule("V6")
def test_a_document_opens_with_its_stage_and_never_to_a_witness() -> None:
    tender = small_tender()
    letter = Document("d1", "投标函", "a" * 64)
    plan = Document("d2", "技术", "b" * 64, section="technical")
    bids = (replace(tender.bids[0], documents=(letter, plan)), *tender.bids[1:])
    tender = replace(tender, bids=bids)
    table = brought_to("preliminary", tender)
    m1, wang = table.audience("m1"), table.audience(WANG)
    assert may_read(table.state, m1, "a" * 64)
    assert not may_read(table.state, m1, "b" * 64)
    assert not may_read(table.state, m1, "c" * 64)
    assert not may_read(table.state, wang, "a" * 64)
    assert may_read(brought_to("detailed", tender).state, m1, "b" * 64)
    assert not may_read(Table(tender).state, m1, "a" * 64)


@pytest.mark.rule("V7")
def test_an_audience_is_member_or_offices_and_venue() -> None:
    table = Table()
    assert table.audience("m1") == Audience(member="m1", roles=(), venue=None)
    assert table.audience(WANG) == Audience(member=None, roles=("witness",), venue="main")
    table.act(HANA, "Appoint", principal="wu", roles=["witness", "center_staff"], venue="east")
    assert audience_of(table.state, "wu") == Audience(None, ("center_staff", "witness"), "east")
    with pytest.raises(Refused, match="not_invited"):
        audience_of(table.state, "nobody")


@pytest.mark.rule("V8")
def test_who_holds_an_office_is_for_the_agency_and_the_watchers() -> None:
    table = Table()
    assert set(table.view(VERA)["offices"]) == set(OUTSIDERS)
    assert table.view("m1")["offices"] == table.view(WANG)["offices"] == {}
    assert Appointment(member="m1") in table.state.seats.appointments.values()


@pytest.mark.rule("V9")
def test_the_cost_of_an_edit_is_one_row_whatever_the_sheet_holds() -> None:
    table = brought_to("detailed")
    table.enter("m1", "technical")
    before = table.state
    table.act("m1", "EnterScores", cells=[{"bid": "B2", "criterion": "t1", "value": "11"}])
    _, events = table.log[-1]
    assert isinstance(events[0], ScoresEntered)
    (revision, value) = changes(before, events, table.state, table.audience("m1"))
    assert revision == ["set", ["sheet", "technical", "B2", "revision"], 3]
    path = ["sheet", "technical", "B2", "cells", "t1"]
    assert value == ["set", path, {"value": "11", "reason": ""}]
    untouched = before.sheets.rows["m1"]["technical"]["B1"]
    assert table.state.sheets.rows["m1"]["technical"]["B1"] is untouched


def test_every_account_of_the_cast_is_appointed() -> None:
    assert set(ACCOUNTS.values()) | set(OUTSIDERS) == set(Table().state.seats.appointments)
