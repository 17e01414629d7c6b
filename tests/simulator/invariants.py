"""What must hold however bad the weather was."""

import re
from typing import TYPE_CHECKING, Any

import msgspec

from evalroom.room import Room
from evalroom.room.standing import Standing, follow, records
from evalroom.sessions.faults import LooksRecorded
from evalroom.sessions.refusals import Refused
from evalroom.sessions.state import Session
from evalroom.sessions.visibility import Audience
from evalroom.storage.chain import check as check_chain
from evalroom.storage.receipts import Receipt, verify_receipt
from evalroom.storage.records import Recorded
from tests.room.parts import SESSION, some_keys
from tests.simulator.memory import Store

if TYPE_CHECKING:
    from tests.simulator.person import Person
    from tests.simulator.world import World

RAW = bytes.fromhex(SESSION)
TRUSTED = some_keys().signing.public
SECRET = re.compile(rb"secret\.(m\d)\.(\w+)\.\d+\.")


def check_secrecy(session: Session, member: str | None, sent: bytes) -> None:
    """Nobody is sent what another member wrote in a section that is not revealed."""
    for found in SECRET.finditer(sent):
        author, section = found[1].decode(), found[2].decode()
        revealed = section in session.sheets.revealed and member is not None
        opened = session.phase == "closed"
        assert author == member or revealed or opened, f"{found[0]!r} was sent to {member}"


def check_stale(room: Room, audience: Audience, token: bytes) -> None:
    """A token leads on, on every node and after every restart, until its audience is another."""
    try:
        known = room._bridge.tokens.open(audience, token)
    except Refused:
        return
    raise AssertionError(f"a token at {known.seq} does not lead to {room.head.seq}")


def replayed(store: Store) -> Session:
    """The state that the ledger says."""
    standing: Standing | None = None
    for entry in store.entries[RAW]:
        standing, _ = follow(standing, entry)
    assert standing is not None
    return standing.session


async def check(world: "World") -> None:
    """All of it, once everything has come to rest."""
    entries = world.store.entries[RAW]
    state = replayed(world.store)
    check_chain(entries, RAW)
    assert len({entry.command_id for entry in entries}) == len(entries)
    times = [entry.at for entry in entries]
    assert times == sorted(times), "time went back"
    for machine in world.machines:
        assert machine.rooms is not None
        for room in machine.rooms.live():
            assert room.head.seq == len(entries), f"{machine.node} is behind"
            assert room.session == state, f"{machine.node} has another state"
    for person in world.people:
        await _check_person(world, person, state)
    _check_attendance(world, state)
    _check_looks(world, state)


async def _check_person(world: "World", person: "Person", state: Session) -> None:
    kept = {entry.command_id: entry for entry in world.store.entries[RAW]}
    for sent, said in person.granted:
        if sent.act.name == "Appoint" and sent.command_id not in kept:
            continue  # the office was held already: granted, and nothing to write down
        assert sent.command_id in kept, f"{sent.act.name} was granted and is not in the ledger"
        recorded = records.read(kept[sent.command_id])
        assert recorded.header.actor.principal == person.account
        if sent.act.name == "EnterScores":
            check_receipt(said["receipt"], recorded, kept[sent.command_id].bodies)
    for sent in person.denied:
        if sent.times > 1:
            continue  # while one copy was refused, an earlier one may still have been on its way
        assert sent.command_id not in kept, f"{sent.act.name} was refused and is in the ledger"
    if person.account not in state.seats.appointments:
        return
    assert not person.waiting, f"{person.account} waits for {person.waiting}"
    assert person.line is not None, f"{person.account} does not come in"
    body = msgspec.json.decode(await world.fetch(person))
    assert person.view == body["view"], _difference(person.view, body["view"])


def _check_attendance(world: "World", state: Session) -> None:
    """Whoever is back is not on record as lost."""
    members = {held.member for held in state.seats.appointments.values() if held.member}
    assert state.over or not members & state.attendance.lost.keys()
    for kind in ("LinkLost", "LinkBack", "FaultClockExpired"):
        world.seen[kind] += _count(world.store, kind)


def _check_looks(world: "World", state: Session) -> None:
    """A look is on record once; only the power cut, or the end of the session, takes one away."""
    shown = {what: life for person in world.people for what, life in person.looks.items()}
    on_record = [
        look.what
        for entry in world.store.entries[RAW]
        for event in records.read(entry).events
        if isinstance(event, LooksRecorded)
        for look in event.looks
    ]
    world.seen["looks on record"] += len(on_record)
    assert len(set(on_record)) == len(on_record), "a look is on record twice"
    missing = shown.keys() - set(on_record)
    appointed = state.seats.appointments
    for what in sorted(missing):
        account = what.partition(".")[0]
        excused = state.over or shown[what] in world.killed or account not in appointed
        assert excused or account == "wang", f"nobody knows that {what} was shown"


def _count(store: Store, kind: str) -> int:
    return sum(
        type(event).__name__ == kind
        for entry in store.entries[RAW]
        for event in records.read(entry).events
    )


def check_receipt(said: dict[str, Any], recorded: Recorded[Any, Any], bodies: Any) -> None:
    """The receipt names what is in the ledger, and the server has signed it."""
    receipt = msgspec.convert(said, Receipt, builtin_types=(bytes,))
    verify_receipt(receipt, TRUSTED)
    assert {signed.body.encode() for signed in receipt.signed} <= set(bodies)


def _difference(mine: Any, theirs: Any) -> str:
    parts = [name for name in theirs if mine is None or mine.get(name) != theirs[name]]
    return f"another view: {parts}"
