"""From a command to an entry that is ready for the ledger, and from an entry back to its answer."""

from asyncio import to_thread
from typing import Any, Final

from msgspec import Struct

from evalroom.room.limits import CELLS_AT_ONCE
from evalroom.room.means import Means, SigningKeys
from evalroom.room.standing import Standing, records
from evalroom.sessions import interventions, opening
from evalroom.sessions.closings import Revealed
from evalroom.sessions.deadlines import next_due
from evalroom.sessions.evolving import fold
from evalroom.sessions.messages import Command, Event
from evalroom.sessions.people import Actor
from evalroom.sessions.refusals import Refused
from evalroom.sessions.session import decide
from evalroom.sessions.sheets import EnterScores, ScoresEntered, SharedScoresEntered
from evalroom.sessions.state import Session
from evalroom.storage.canonical import canonical
from evalroom.storage.entry import Entry, Head
from evalroom.storage.receipts import receipt
from evalroom.storage.records import args_digest, compose

ENDINGS: Final = (
    opening.SessionClosed,
    opening.SessionFailed,
    interventions.EvaluationStopped,
    interventions.SessionAborted,
)
"""Events after which nothing can happen in a session but reading."""

VOUCHED: Final = (Revealed, *ENDINGS)
"""Events before which the server signs for the history: from here on others can hold it to it."""


class Wish(Struct, frozen=True):
    """A command with its author, and the revision of what he saw."""

    actor: Actor
    command_id: bytes
    command: Command
    seen: int | None


class Draft(Struct, frozen=True):
    """An entry that is not in the ledger yet, and where the session would stand after it."""

    entry: Entry
    events: tuple[Event, ...]
    after: Standing
    due: int | None


class Answer(Struct, frozen=True):
    """What a committed command brought; `receipt` goes to its author alone."""

    receipt: dict[str, Any] | None = None


async def draft(standing: Standing, wish: Wish, means: Means) -> Draft | None:
    """Decide on a wish; None when it changes nothing. Raises `Refused`."""
    at = max(means.clock.wall(), standing.at)
    before = standing.session
    asked = (before, wish.command, wish.actor, at, wish.seen)
    # Pure, so any thread will do: a reveal counts all cells up, and the loop has others to serve.
    events = await to_thread(decide, *asked) if _is_long(*asked[:2]) else decide(*asked)
    if not events:
        return None
    vouched = any(isinstance(event, VOUCHED) for event in events)
    entry = compose(
        standing.head,
        bytes.fromhex(before.id),
        at,
        wish.actor,
        wish.command_id,
        type(wish.command).__name__,
        events,
        means.random,
        means.keys.signing.at(at) if vouched else None,
        args=canonical(wish.command),
    )
    return drafted(standing, entry, events)


def _is_long(session: Session, command: Command) -> bool:
    tender = session.tender
    cells = len(tender.committee) * len(tender.bids) * len(tender.criteria)
    return cells > CELLS_AT_ONCE and not isinstance(command, EnterScores)


def drafted(standing: Standing | None, entry: Entry, events: tuple[Event, ...]) -> Draft:
    """A composed entry with what it leads to."""
    session = fold(None if standing is None else standing.session, events, entry.at)
    after = Standing(session, Head(entry.seq, entry.head), entry.at)
    return Draft(entry, events, after, next_due(session))


def answer_to(entry: Entry, events: tuple[Event, ...], keys: SigningKeys) -> Answer:
    """The answer to the command that led to an entry: a receipt, if it entered scores."""
    scored = [
        place
        for place, event in enumerate(events, start=1)
        if isinstance(event, ScoresEntered | SharedScoresEntered)
    ]
    if not scored:
        return Answer()
    return Answer(receipt(entry, scored, keys.at(entry.at)).wire())


def answer_again(entry: Entry, wish: Wish, keys: SigningKeys) -> Answer:
    """The answer that this command got when it was committed.

    Raises `Refused`: `command_id_taken` for anyone but its author, because it may hold his scores,
    and `command_id_reused` for another command under the same id, which would seem to be done.
    """
    recorded = records.read(entry)
    header = recorded.header
    if header.actor.principal != wish.actor.principal:
        raise Refused("command_id_taken")
    same = header.args in (None, args_digest(entry.salts, canonical(wish.command)))
    if header.command != type(wish.command).__name__ or not same:
        raise Refused("command_id_reused")
    return answer_to(entry, recorded.events, keys)
