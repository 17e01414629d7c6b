"""Discipline, commitment, recusal and replacement."""

from typing import Any

import pytest

from evalroom.sessions.opening import Phase
from evalroom.sessions.people import Appointment
from tests.sessions.cast import HANA, Table, brought_to

SUBSTITUTE = {"id": "m6", "alias": "专家6号"}


@pytest.mark.rule("S13")
def test_nobody_commits_before_the_discipline_was_announced_and_nobody_twice() -> None:
    table = brought_to("declaration")
    assert table.refused("m1", "Commit").code == "discipline_not_announced"
    table.act(HANA, "AnnounceDiscipline")
    assert table.refused(HANA, "AnnounceDiscipline").code == "already_announced"
    table.act("m1", "Commit")
    assert table.refused("m1", "Commit").code == "already_committed"
    assert table.refused("m1", "Recuse", ground="kinship").code == "already_committed"


@pytest.mark.rule("S14")
def test_a_recusal_holds_the_session_until_the_substitute_is_seated_and_committed() -> None:
    table = brought_to("declaration")
    table.act(HANA, "AnnounceDiscipline")
    table.act("m2", "Recuse", ground="employment", explanation="三年内任职")
    assert table.refused("m2", "Recuse", ground="kinship").code == "already_recused"
    for member in ("m1", "m3", "m4", "m5"):
        table.act(member, "Commit")
    assert table.phase == "declaration"
    assert table.view("m2")["bids"] == {}
    table.act(
        HANA, "ReplaceMember", member="m2", substitute=SUBSTITUTE, principal="fang",
        workstation="w2", reason="回避补抽",
    )  # fmt: skip
    assert table.refused("boris", "Commit").code == "not_invited"
    assert table.state.seats.appointments["fang"] == Appointment(member="m6", venue="main")
    assert table.refused("fang", "Commit").code == "not_checked_in"
    table.act("fang", "CheckIn")
    table.act("fang", "Commit")
    assert table.phase == "lead"
    assert table.state.lead.candidates == ("m1", "m6", "m3", "m4", "m5")
    assert [member.id for member in table.state.replaced] == ["m2"]
    assert table.view("fang")["replaced"] == {"m2": "专家2号"}


@pytest.mark.rule("S15")
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"member": "m9"}, "member_unknown"),
        ({"substitute": {"id": "m3", "alias": "x"}}, "member_known"),
        ({"principal": "ada"}, "already_appointed"),
        ({"workstation": "w1"}, "workstation_taken"),
        (
            {"substitute": {**SUBSTITUTE, "seniority": "procuring_entity_representative"}},
            "substitute_of_other_kind",
        ),
        (
            {"substitute": {**SUBSTITUTE, "discipline": "economic"}},
            "substitute_of_other_discipline",
        ),
    ],
)
def test_a_substitute_must_fit_the_place(change: dict[str, Any], code: str) -> None:
    table = Table()
    args: dict[str, Any] = {
        "member": "m2", "substitute": SUBSTITUTE, "principal": "fang", "workstation": "w2",
        "reason": "补抽",
    }  # fmt: skip
    assert table.refused(HANA, "ReplaceMember", **{**args, **change}).code == code


@pytest.mark.rule("S15")
def test_a_replaced_member_never_comes_back_under_his_id() -> None:
    table = Table()
    args: dict[str, Any] = {"principal": "fang", "workstation": "w2", "reason": "补抽"}
    table.act(HANA, "ReplaceMember", member="m2", substitute=SUBSTITUTE, **args)
    again: dict[str, Any] = {"member": "m6", "substitute": {"id": "m2", "alias": "专家2号"}}
    args["principal"] = "gao"
    assert table.refused(HANA, "ReplaceMember", **again, **args).code == "member_known"


@pytest.mark.rule("S14")
@pytest.mark.parametrize("phase", ["check_in", "declaration"])
def test_bidders_are_named_to_members_only_when_check_in_is_over(phase: Phase) -> None:
    table = brought_to(phase)
    assert bool(table.view("m1")["bids"]) is (phase == "declaration")
