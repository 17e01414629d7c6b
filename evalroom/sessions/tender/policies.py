"""The rules that differ by place: every policy a tender may name, its values and its default.

A policy that the tender is silent on has the default given here. Session and score ask `policy`; a
name that is not in this table is a fault of the file, because a rule that nobody applies must not
look as if it held.
"""

from collections.abc import Iterator
from decimal import Decimal

from msgspec import Struct

from evalroom.sessions.tender.decimals import decimal_fault
from evalroom.sessions.tender.faults import Fault, error, similar
from evalroom.sessions.tender.model import Regime, Tender


class PolicyKind(Struct, frozen=True):
    """What a policy may be: words, whole numbers, a decimal, or a list of section ids.

    `whole` is a range of whole numbers and `fraction` one of decimals, both with their ends;
    `sections` takes ids of sections with commas between. `reason` says why the default is so.
    """

    name: str
    default: str
    reason: str
    words: tuple[str, ...] = ()
    whole: tuple[int, int] | None = None
    fraction: tuple[str, str] | None = None
    sections: bool = False
    by_regime: dict[Regime, str] = {}


def policy(tender: Tender, name: str) -> str:
    """The value that holds in this tender; raises KeyError for a policy that does not exist."""
    kind = KNOWN[name]
    for rule in tender.policies:
        if rule.name == name:
            return rule.value
    return kind.by_regime.get(tender.regime, kind.default)


def policy_faults(tender: Tender) -> Iterator[Fault]:
    """Policies that do not exist, have a value they cannot have, or are given twice."""
    seen: set[str] = set()
    sections = {section.id for section in tender.sections}
    for place, rule in enumerate(tender.policies):
        path = f"policies[{place}]"
        kind = KNOWN.get(rule.name)
        if kind is None:
            near = similar(rule.name, KNOWN)
            code = "unknown_policy_similar" if near else "unknown_policy"
            yield error(f"{path}.name", code, name=rule.name, **near)
            continue
        if rule.name in seen:
            yield error(f"{path}.name", "policy_twice", name=rule.name)
        seen.add(rule.name)
        if not _allows(kind, rule.value, sections):
            allowed = allowed_text(kind)
            yield error(f"{path}.value", "policy_value", name=rule.name, allowed=allowed)


def allowed_text(kind: PolicyKind) -> str:
    """The values of a policy in one line, as manual and faults show them."""
    parts = list(kind.words)
    if kind.whole is not None:
        parts.append(f"{kind.whole[0]}…{kind.whole[1]}")
    if kind.fraction is not None:
        parts.append(f"{kind.fraction[0]}…{kind.fraction[1]}")
    if kind.sections:
        parts.append("section ids, commas between")
    return " | ".join(parts)


def _allows(kind: PolicyKind, value: str, sections: set[str]) -> bool:
    if value in kind.words:
        return True
    if kind.sections:
        return {name.strip() for name in value.split(",")} <= sections
    if decimal_fault(value) is not None:
        return False
    if kind.whole is not None:
        return "." not in value and kind.whole[0] <= int(value) <= kind.whole[1]
    if kind.fraction is not None:
        return Decimal(kind.fraction[0]) <= Decimal(value) <= Decimal(kind.fraction[1])
    return False


_ALL = (
    PolicyKind(
        "pass_fail",
        default="majority",
        words=("majority", "unanimous"),
        reason="A bid is rejected by more than half of the scorers of an item (12号令; 87号令 61); "
        "prequalification documents may ask for unanimity.",
    ),
    PolicyKind(
        "deduction",
        default="majority",
        words=("majority", "unanimous"),
        reason="A fixed deduction applies when more than half of its scorers say so.",
    ),
    PolicyKind(
        "lead",
        default="elected",
        words=("elected", "none"),
        reason="The committee elects its lead; in works a session may run without one.",
    ),
    PolicyKind(
        "lead_eligible",
        default="all",
        words=("experts", "all"),
        by_regime={"government_procurement": "experts"},
        reason="In government procurement the purchaser's representative may not lead (87号令 45).",
    ),
    PolicyKind(
        "lead_rounds",
        default="3",
        whole=(1, 9),
        reason="Three tied ballots show that a fourth would not help.",
    ),
    PolicyKind(
        "lead_deadlock",
        default="by_lot",
        words=("by_lot", "designated"),
        reason="After the last round a lot decides, which nobody can be asked about.",
    ),
    PolicyKind(
        "start_approval",
        default="none",
        words=("none", "supervisor"),
        reason="Releasing the start is a supervisor's power in some places only.",
    ),
    PolicyKind(
        "min_valid_bids",
        default="3",
        whole=(1, 99),
        reason="Fewer than three valid bids are no competition (招标投标法 42; 87号令 43).",
    ),
    PolicyKind(
        "outlier_threshold",
        default="none",
        words=("none",),
        fraction=("0.01", "10"),
        reason="Flagging scores ±30 % off the mean is a local habit: off unless asked for.",
    ),
    PolicyKind(
        "outlier_substitution",
        default="none",
        words=("none", "mean_of_others"),
        reason="Replacing an outlier by the mean of the others is a local rule (重庆 32).",
    ),
    PolicyKind(
        "technical_sections",
        default="technical",
        sections=True,
        reason="Whose points are the technical score when a tie is broken by technical quality.",
    ),
    PolicyKind(
        "technical_pause_hours",
        default="none",
        words=("none",),
        whole=(1, 72),
        reason="The fault clock of 2 h and 4 h is one city's rule: there is no national one.",
    ),
    PolicyKind(
        "pause_document_hours",
        default="24",
        whole=(1, 168),
        reason="A supervisor's pause needs its document number within a day.",
    ),
    PolicyKind(
        "member_names",
        default="alias",
        words=("alias", "name"),
        reason="Members are 专家1号 … to each other and to everyone else until the award.",
    ),
    PolicyKind(
        "identity",
        default="seat",
        words=("seat", "host_visual"),
        reason="A log-in bound to the seat; or the host confirms each face by eye.",
    ),
    PolicyKind(
        "member_cameras",
        default="none",
        words=("none", "committee"),
        reason="At distributed seats members do not see each other; some halls show faces.",
    ),
    PolicyKind(
        "recording_lost",
        default="continue",
        words=("pause", "continue"),
        by_regime={"government_procurement": "pause"},
        reason="Government procurement wants the whole evaluation recorded (全程录音录像).",
    ),
    PolicyKind(
        "alarm_after_seconds",
        default="10",
        whole=(2, 600),
        reason="How long a picture is missing, frozen, black or covered before somebody is called.",
    ),
    PolicyKind(
        "alarm_silence_seconds",
        default="120",
        whole=(10, 3600),
        reason="Experts read in silence; a microphone that hears nothing at all is a fault.",
    ),
    PolicyKind(
        "alarm_clock_ms",
        default="1000",
        whole=(100, 60_000),
        reason="By how much a camera's clock may go wrong in a minute: clocks that are set stay "
        "within some milliseconds, and no network holds everything back for a second for long.",
    ),
    PolicyKind(
        "alarm_escalation_seconds",
        default="60",
        whole=(10, 3600),
        reason="How long an alarm waits for one office before it asks for the next.",
    ),
    PolicyKind(
        "seat_browser",
        default="paired",
        words=("paired", "first_browser"),
        reason="A record that names a workstation must know that he sat there: the browser is "
        "paired with it by the seat code. Without pairing the first browser is bound, and the "
        "report says that the place was not verified.",
    ),
)

KNOWN: dict[str, PolicyKind] = {kind.name: kind for kind in _ALL}
