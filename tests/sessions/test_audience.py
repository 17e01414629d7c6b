"""Who may read what, by office and phase: committee, agency, witness, staff and auditor."""

import random
from contextlib import suppress

import pytest
from msgspec.structs import replace

from evalroom.sessions.people import Appointment
from evalroom.sessions.refusals import Refused
from evalroom.sessions.tender.model import Document, PriceRule
from evalroom.sessions.visibility import Audience, audience_of, may_read
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
from tests.sessions.chance import random_act

OUTSIDERS = (HANA, VERA, WANG, "stan", "audrey")


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


def test_every_account_of_the_cast_is_appointed() -> None:
    assert set(ACCOUNTS.values()) | set(OUTSIDERS) == set(Table().state.seats.appointments)
