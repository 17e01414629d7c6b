"""The tables of phases: who may do what when, and what opens the next phase."""

from itertools import product
from typing import Any, get_args

import pytest
from msgspec.structs import replace

from evalroom.sessions import phases
from evalroom.sessions.catalogue import read_command
from evalroom.sessions.gates import GATES, gate
from evalroom.sessions.messages import Command
from evalroom.sessions.opening import TERMINAL, Phase
from evalroom.sessions.people import SYSTEM, Acting, Actor
from evalroom.sessions.phases import CHAINS, EVERY, FROM_ANY_SEAT, RULES, authorise, chain_of
from evalroom.sessions.refusals import Refused
from evalroom.sessions.session import acting, decide
from tests.sessions.cast import (
    HANA,
    STAN,
    VERA,
    WANG,
    Table,
    brought_to,
    small_tender,
    with_policy,
)

PEOPLE: dict[str, frozenset[str]] = {
    "m1": frozenset({"member", "lead"}),
    "m2": frozenset({"member"}),
    HANA: frozenset({"agency_lead"}),
    VERA: frozenset({"supervisor"}),
    WANG: frozenset({"witness"}),
    STAN: frozenset({"center_staff"}),
    "audrey": frozenset({"auditor"}),
    SYSTEM: frozenset({"system"}),
}
COMMANDS = {command.__name__: command for command in RULES}


def by(table: Table, who: str) -> Acting:
    account = {"m1": "ada", "m2": "boris"}.get(who, who)
    return acting(table.state, Actor(account, device=f"device-{account}"))


@pytest.mark.rule("S1")
@pytest.mark.parametrize("phase", sorted(EVERY - {"abnormal_price"}))
def test_each_command_is_refused_outside_its_phases_and_roles_and_by_nothing_else(
    phase: Phase,
) -> None:
    table = brought_to(phase, small_tender("government_procurement"))
    leads = table.state.lead.member
    for (name, kind), (who, offices) in product(COMMANDS.items(), PEOPLE.items()):
        held = offices - {"lead"} if leads is None else offices
        rule = RULES[kind]
        expected: str | None = None
        if not held & rule.by:
            expected = "wrong_role"
        elif phase == "check_in" and "member" in held and kind not in FROM_ANY_SEAT:
            expected = "not_checked_in"
        elif phase not in rule.phases:
            expected = "wrong_phase"
        assert told(table, kind, who) == expected, (name, who, phase)


@pytest.mark.rule("S2")
def test_while_paused_only_commands_marked_so_are_accepted() -> None:
    table = brought_to("detailed")
    table.act(VERA, "Pause", clause="87号令 第八条", document="监督〔2026〕1号")
    for (name, kind), (who, offices) in product(COMMANDS.items(), PEOPLE.items()):
        rule = RULES[kind]
        if not offices & rule.by:
            expected: str | None = "wrong_role"
        elif not rule.paused:
            expected = "paused"
        else:
            expected = None if "detailed" in rule.phases else "wrong_phase"
        assert told(table, kind, who) == expected, (name, who)


@pytest.mark.rule("S3")
def test_when_a_session_is_over_every_command_is_refused_but_late_looks() -> None:
    table = brought_to("closed")
    for (kind, rule), (who, offices) in product(RULES.items(), PEOPLE.items()):
        expected: str | None = "session_over"
        if rule.over:
            expected = None if offices & rule.by else "wrong_role"
        assert told(table, kind, who) == expected, (kind, who)
    late = {kind for kind, rule in RULES.items() if rule.over}
    assert COMMANDS["RecordLooks"] in late
    by_persons = {kind.__name__ for kind in late if RULES[kind].by != {"system"}}
    assert by_persons == {"ReportCleared"}, "no person decides anything after the end"


def told(table: Table, kind: type[Command], who: str) -> str | None:
    try:
        authorise(table.state, kind, by(table, who))
    except Refused as refusal:
        return refusal.code
    return None


@pytest.mark.rule("S8")
def test_a_member_acts_only_from_the_device_of_his_seat() -> None:
    table = brought_to("detailed")
    command = read_command("ClosePersonally", {"section": "technical"})
    for device in ("device-boris", None):
        with pytest.raises(Refused, match="other_device"):
            decide(table.state, command, Actor("ada", device), 9_000)
    table.act(HANA, "ReleaseSeat", member="m1", reason="更换工位")
    assert table.refused("m1", "ClosePersonally", section="technical").code == "not_checked_in"


@pytest.mark.rule("S4")
def test_somebody_who_is_not_appointed_is_told_only_that() -> None:
    table = Table()
    assert table.refused("stranger", "CheckIn").code == "not_invited"


@pytest.mark.rule("S5")
@pytest.mark.parametrize("regime", sorted(CHAINS))
def test_an_evaluation_goes_through_the_phases_of_its_regime(regime: Any) -> None:
    table = brought_to("closed", small_tender(regime))
    opened = [e.phase for _, events in table.log for e in events if hasattr(e, "phase")]
    assert tuple(opened) == CHAINS[regime]


@pytest.mark.rule("S5")
def test_a_committee_without_a_lead_has_no_election() -> None:
    tender = with_policy(small_tender(), lead="none")
    assert "lead" not in chain_of(tender)
    table = brought_to("declaration", tender)
    table.act(HANA, "AnnounceDiscipline")
    table.everyone("Commit")
    assert table.phase == "preliminary"


@pytest.mark.rule("S6")
def test_the_gate_names_what_is_missing_unmet_conditions_first() -> None:
    table = brought_to("declaration")
    table.act(HANA, "AnnounceDiscipline")
    table.act("m2", "Commit")
    conditions = gate(table.state)
    assert [c.met for c in conditions] == sorted(c.met for c in conditions)
    missing = next(c for c in conditions if c.code == "all_committed")
    assert missing.params == {"members": ["m1", "m3", "m4", "m5"]}


@pytest.mark.rule("S6")
def test_a_session_that_is_over_has_no_gate() -> None:
    assert gate(brought_to("closed").state) == ()


@pytest.mark.rule("S7")
def test_no_phase_moves_while_the_session_is_paused_and_it_catches_up_on_return() -> None:
    table = brought_to("check_in")
    for member in ("m1", "m2", "m3", "m4"):
        table.act(member, "CheckIn")
    table.act(HANA, "PauseTechnically", reason="主场断电")
    assert table.refused("m5", "CheckIn").code == "paused"
    table.act(HANA, "Resume")
    table.act("m5", "CheckIn")
    assert table.phase == "declaration"


@pytest.mark.rule("S5")
def test_a_tender_without_price_passes_the_price_phase_by_itself() -> None:
    tender = replace(small_tender(), price=None, method="comprehensive")
    table = brought_to("detailed", tender)
    for section in ("technical", "business"):
        table.fill(section)
        table.act(table.lead, "CloseGroup", section=section)
    assert table.phase == "summary"


def test_every_phase_that_is_not_an_end_has_a_gate_and_the_tables_cover_each_command() -> None:
    assert set(GATES) == EVERY
    assert set(get_args(Phase)) == EVERY | set(TERMINAL)
    assert all(rule.by for rule in phases.RULES.values())
