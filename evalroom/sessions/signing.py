"""The report is submitted, signed, and the session closed (评标报告签署).

Signatures are acts upon one report: its canonical hash. A member signs, signs with a written
dissent, or refuses in writing (which is a dissent). One who does neither is deemed to consent once
the lead has put that on record (实施条例 53); the report then says exactly so. A report with anyone
still pending cannot be closed.
"""

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct, field
from msgspec.structs import replace

from evalroom.sessions.handwriting import Hand, check_hand
from evalroom.sessions.messages import Command, Event
from evalroom.sessions.people import Acting, Id, Reason
from evalroom.sessions.refusals import Refused
from evalroom.sessions.seats import check_member

if TYPE_CHECKING:
    from evalroom.sessions.state import Session

Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
SignatureState = Literal["signed", "signed_with_dissent", "refused_with_text", "refused_silent"]


class SubmitReport(Command, frozen=True):
    """The lead puts the result before the members for signature; without a lead each member gives
    this command.
    """


class SignReport(Command, frozen=True):
    """Sign the report with this hash, with or without a written dissent; `hand` is the name as the
    member wrote it with pen or mouse.
    """

    report: Sha256
    dissent: Reason | None = None
    hand: Hand | None = None


class RefuseToSign(Command, frozen=True):
    """Refuse, and say why in writing: a dissent."""

    report: Sha256
    reason: Reason


class RecordSilentRefusal(Command, frozen=True):
    """The lead states that a member neither signs nor writes: deemed consent, with this note."""

    member: Id
    note: Reason


class CloseSession(Command, frozen=True):
    """The lead closes the evaluation; without a lead each member gives this command."""


class MoveConfirmed(Event, frozen=True):
    """The lead, or one member of a committee without one, asks for this move."""

    member: str
    move: Literal["submit_report", "close_session"]


class ReportSubmitted(Event, frozen=True):
    """The report lies before the members; `sha256` is the hash of its canonical JSON."""

    sha256: str


class ReportSigned(Event, frozen=True):
    """A member's signature, perhaps by hand, perhaps with his dissent."""

    member: str
    report: str
    dissent: str | None = None
    hand: Hand | None = None


class SigningRefused(Event, frozen=True):
    """A member's refusal in writing."""

    member: str
    report: str
    reason: str


class SilentRefusalRecorded(Event, frozen=True):
    """Deemed consent of a member who neither signed nor wrote."""

    member: str
    note: str
    by: str


class Signature(Struct, frozen=True):
    """A member's part in the report."""

    state: SignatureState
    at: int
    text: str = ""
    hand: Hand | None = None


class Signing(Struct, frozen=True):
    """Slice of the state: the hash of the report, signatures by member, confirmations where there
    is no lead.
    """

    report: str | None = None
    signatures: dict[str, Signature] = field(default_factory=dict)
    confirmed: dict[str, tuple[str, ...]] = field(default_factory=dict)


def submit_report(
    session: "Session", _command: SubmitReport, by: Acting, _at: int
) -> tuple[Event, ...]:
    """Open the signing, once the agency has checked the result where it must."""
    if not session.results_verified():
        raise Refused("result_not_verified")
    return _led_or_confirmed(session, by, "submit_report")


def sign_report(session: "Session", command: SignReport, by: Acting, _at: int) -> tuple[Event, ...]:
    """A member signs what he has seen: the hash must be that of the report on the table."""
    member = _pending(session, by, command.report)
    check_hand(command.hand)
    return (
        ReportSigned(
            member=member, report=command.report, dissent=command.dissent, hand=command.hand
        ),
    )


def refuse_to_sign(
    session: "Session", command: RefuseToSign, by: Acting, _at: int
) -> tuple[Event, ...]:
    """A member refuses in writing."""
    member = _pending(session, by, command.report)
    return (SigningRefused(member=member, report=command.report, reason=command.reason),)


def record_silent_refusal(
    session: "Session", command: RecordSilentRefusal, by: Acting, _at: int
) -> tuple[Event, ...]:
    """The note on a member who is silent; the lead cannot note himself."""
    assert by.member is not None
    check_member(session, command.member)
    if command.member == by.member:
        raise Refused("not_about_yourself")
    if command.member in session.signing.signatures:
        raise Refused("already_settled", member=command.member)
    return (SilentRefusalRecorded(member=command.member, note=command.note, by=by.member),)


def close_session(
    session: "Session", _command: CloseSession, by: Acting, _at: int
) -> tuple[Event, ...]:
    """Everyone has signed, dissented or is on record as silent."""
    if waiting := unsigned(session):
        raise Refused("signatures_pending", members=list(waiting))
    return _led_or_confirmed(session, by, "close_session")


def unsigned(session: "Session") -> tuple[str, ...]:
    """Members whose part in the report is still open."""
    return tuple(m.id for m in session.tender.committee if m.id not in session.signing.signatures)


def agreed(session: "Session", move: str) -> bool:
    """Whether the lead, or every member of a committee without one, has asked for this move."""
    confirmed = session.signing.confirmed.get(move, ())
    if session.lead.member is not None:
        return session.lead.member in confirmed
    return len(confirmed) == len(session.tender.committee)


def evolve(signing: Signing, event: Event, at: int) -> Signing:
    """The slice after one of this matter's events."""
    match event:
        case ReportSubmitted(sha256=sha256):
            return replace(signing, report=sha256)
        case MoveConfirmed(member=member, move=move):
            members = (*signing.confirmed.get(move, ()), member)
            return replace(signing, confirmed={**signing.confirmed, move: members})
        case ReportSigned(member=member, dissent=None, hand=hand):
            return _settled(signing, member, Signature("signed", at, hand=hand))
        case ReportSigned(member=member, dissent=str(text), hand=hand):
            return _settled(signing, member, Signature("signed_with_dissent", at, text, hand))
        case SigningRefused(member=member, reason=reason):
            return _settled(signing, member, Signature("refused_with_text", at, reason))
        case SilentRefusalRecorded(member=member, note=note):
            return _settled(signing, member, Signature("refused_silent", at, note))
        case _:
            return signing


def _led_or_confirmed(
    session: "Session", by: Acting, move: Literal["submit_report", "close_session"]
) -> tuple[Event, ...]:
    assert by.member is not None
    if by.member in session.signing.confirmed.get(move, ()):
        raise Refused("already_confirmed")
    return (MoveConfirmed(member=by.member, move=move),)


def _pending(session: "Session", by: Acting, report: str) -> str:
    assert by.member is not None
    if report != session.signing.report:
        raise Refused("other_report")
    if by.member in session.signing.signatures:
        raise Refused("already_settled", member=by.member)
    return by.member


def _settled(signing: Signing, member: str, signature: Signature) -> Signing:
    return replace(signing, signatures={**signing.signatures, member: signature})
