"""What people of a session do by chance: mostly what leads on, now and then anything."""

import random
from typing import Any

from tests.sessions.cast import HANA, MEMBERS, VERA, Table


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
