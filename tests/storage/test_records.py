"""Events become entries and come back as they were; older shapes are understood, strange ones not
guessed."""

import json
import random
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from evalroom.storage.canonical import NotCanonical
from evalroom.storage.chain import ChainBroken, check
from evalroom.storage.entry import GENESIS, Entry, Head
from evalroom.storage.ledger import LedgerDamaged
from evalroom.storage.receipts import verify_checkpoint
from evalroom.storage.records import (
    MAX_EVENTS,
    Header,
    Records,
    SealedBodies,
    UnknownEvent,
    args_digest,
    compose,
)
from evalroom.storage.sealing import Seal
from tests.storage.parts import (
    ADA,
    NINETY,
    NOON,
    RECORDS,
    Actor,
    Event,
    ScoreEntered,
    Scribe,
    SessionPaused,
    ring,
    session_id,
)

ROOM = session_id(7)
COMMAND = bytes(range(16))

texts = st.text(st.characters(exclude_categories=["Cs"]))
events = st.lists(
    st.builds(ScoreEntered, texts, texts, texts) | st.builds(SessionPaused, texts), min_size=1
)
ids = st.binary(min_size=16, max_size=16)


class ScoreEntered2(msgspec.Struct, frozen=True, tag_field="type", tag="ScoreEntered.2"):
    bid: str
    item: str
    score: str


class ScoreEntered3(msgspec.Struct, frozen=True, tag_field="type", tag="ScoreEntered.3"):
    bid: str
    item: str
    score: str
    reason: str


def composed(*said: msgspec.Struct, **named: Any) -> Entry:
    return compose(
        GENESIS, ROOM, NOON, ADA, COMMAND, "EnterScore", said, random.Random(1).randbytes, **named
    )


def with_body(entry: Entry, place: int, body: bytes) -> Entry:
    bodies = [*entry.bodies]
    bodies[place] = body
    return msgspec.structs.replace(entry, bodies=tuple(bodies))


@pytest.mark.rule("L15")
def test_a_header_keeps_the_digest_of_the_words_and_tells_none_of_them() -> None:
    """A ballot is never opened; its header may be, and there are few words a ballot can hold."""
    words = [f'{{"candidate":"m{n}"}}'.encode() for n in range(1, 6)]
    entry = composed(NINETY, args=words[0])
    header = RECORDS.read(entry).header
    assert header.args == args_digest(entry.salts, words[0])
    opened = entry.salts[0]
    guessed = [args_digest((opened, salt), w) for w in words for salt in (b"", opened, bytes(16))]
    assert header.args not in guessed
    assert RECORDS.read(composed(NINETY)).header.args is None
    assert b"args" not in composed(NINETY).bodies[0]


@pytest.mark.rule("L11")
@given(events, ids, ids, st.integers(0, 2**53), st.integers(0, 2**62))
def test_what_was_written_is_read(
    said: list[Event], session: bytes, command_id: bytes, at: int, seq: int
) -> None:
    before = Head(seq, bytes(32))
    chance = random.Random(1).randbytes
    entry = compose(before, session, at, ADA, command_id, "EnterScore", said, chance)
    recorded = RECORDS.read(entry)
    assert recorded.events == tuple(said)
    assert recorded.header == Header(ADA, at, "EnterScore", command_id.hex())
    assert recorded.checkpoint is None
    assert check([entry], session, before) == Head(seq + 1, entry.head)


@pytest.mark.rule("L11")
def test_the_first_body_says_who_when_and_by_which_command() -> None:
    entry = composed(NINETY)
    assert json.loads(entry.bodies[0]) == {
        "actor": {"principal": "a000000000001", "device": "d1", "workstation": "w1"},
        "at": NOON,
        "command": "EnterScore",
        "command_id": COMMAND.hex(),
    }
    assert json.loads(entry.bodies[1])["type"] == "ScoreEntered"


@pytest.mark.rule("L3")
def test_each_body_has_a_salt_of_its_own() -> None:
    entry = composed(NINETY, NINETY, NINETY)
    assert len(set(entry.salts)) == len(entry.bodies) == 4
    assert {len(salt) for salt in entry.salts} == {16}


@pytest.mark.rule("L10")
def test_an_entry_that_reveals_ends_with_a_checkpoint_of_the_history_before_it(
    tmp_path: Path,
) -> None:
    keys = ring(tmp_path)
    scribe = Scribe(ROOM)
    before = scribe.write()
    entry = scribe.write(NINETY, vouch=keys.signing.at(NOON))
    recorded = RECORDS.read(entry)
    assert recorded.events == (NINETY,)
    assert recorded.checkpoint is not None
    vouched = verify_checkpoint(ROOM, recorded.checkpoint, keys.signing.public)
    assert vouched == Head(1, before.head)
    assert check([before, entry], ROOM, witnessed={1: vouched.digest}).seq == 2


@pytest.mark.rule("L2")
def test_a_float_is_not_written_down() -> None:
    with pytest.raises(NotCanonical, match=r"^score: "):
        composed(ScoreEntered("b1", 90.5))  # type: ignore[arg-type]


def test_an_entry_has_events_and_not_too_many() -> None:
    with pytest.raises(ValueError, match="1 to 1024 events, not 0"):
        composed()
    assert len(composed(*[NINETY] * MAX_EVENTS).bodies) == MAX_EVENTS + 1
    with pytest.raises(ValueError, match="1 to 1024 events, not 1025"):
        composed(*[NINETY] * (MAX_EVENTS + 1))


@pytest.mark.parametrize(("session", "command_id"), [(b"short", COMMAND), (ROOM, b"short")])
def test_ids_have_sixteen_bytes(session: bytes, command_id: bytes) -> None:
    with pytest.raises(ValueError, match="ids of 16 bytes"):
        compose(GENESIS, session, NOON, ADA, command_id, "X", [NINETY], random.Random(1).randbytes)


def add_item(event: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "ScoreEntered.2",
        "bid": event["bid"],
        "item": "only",
        "score": event["score"],
    }


def add_reason(event: dict[str, Any]) -> dict[str, Any]:
    return event | {"type": "ScoreEntered.3", "reason": ""}


@pytest.mark.rule("L12")
def test_an_older_shape_is_brought_up_to_date_step_by_step() -> None:
    upcasts = {"ScoreEntered": add_item, "ScoreEntered.2": add_reason}
    newer: Records[Actor, Any] = Records(Actor, ScoreEntered3 | SessionPaused, upcasts)
    entry = composed(NINETY, SessionPaused("§ 5"), ScoreEntered2("b2", "i1", "80.00"))
    assert newer.read(entry).events == (
        ScoreEntered3("b1", "only", "90.50", ""),
        SessionPaused("§ 5"),
        ScoreEntered3("b2", "i1", "80.00", ""),
    )
    # What was hashed is what is kept: the chain knows nothing of newer shapes.
    assert check([entry], ROOM).seq == 1


@pytest.mark.rule("L12")
def test_a_single_event_type_will_do_for_a_union() -> None:
    only: Records[Actor, ScoreEntered2] = Records(Actor, ScoreEntered2, {"ScoreEntered": add_item})
    assert only.read(composed(NINETY)).events == (ScoreEntered2("b1", "only", "90.50"),)


@pytest.mark.rule("L13")
def test_an_event_of_a_newer_version_is_not_guessed() -> None:
    entry = composed(NINETY, ScoreEntered2("b1", "i1", "90.00"))
    with pytest.raises(UnknownEvent, match=r"event 'ScoreEntered\.2' is not known here") as unknown:
        RECORDS.read(entry)
    assert (unknown.value.session, unknown.value.seq) == (ROOM, 1)
    assert unknown.value.tag == "ScoreEntered.2"


@pytest.mark.rule("L13")
def test_an_upcast_that_leads_nowhere_known_is_not_guessed_either() -> None:
    lost: Records[Actor, Any] = Records(
        Actor, SessionPaused, {"ScoreEntered": lambda event: event | {"type": "Elsewhere"}}
    )
    with pytest.raises(LedgerDamaged, match="event ScoreEntered: Invalid value 'Elsewhere'"):
        lost.read(composed(NINETY))


def test_a_tag_is_either_present_or_past() -> None:
    with pytest.raises(ValueError, match="both a present and an older shape: ScoreEntered"):
        Records(Actor, ScoreEntered | SessionPaused, {"ScoreEntered": add_item})


@pytest.mark.rule("L14")
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"{", "not JSON"),
        (b"[]", "event None"),
        (b'{"bid":"b1"}', "event None"),
        (b'{"type":7}', "event 7"),
        (b'{"type":"ScoreEntered","bid":"b1"}', "event ScoreEntered: .*score"),
        (b'{"type":"ScoreEntered","bid":1,"score":"1"}', "event ScoreEntered: .*bid"),
    ],
)
def test_a_body_that_is_no_event_is_damage_with_its_place(body: bytes, reason: str) -> None:
    with pytest.raises(LedgerDamaged, match=f"session {ROOM.hex()}, entry 1: {reason}") as damaged:
        RECORDS.read(with_body(composed(NINETY), 1, body))
    assert (damaged.value.session, damaged.value.seq) == (ROOM, 1)


@pytest.mark.rule("L14")
def test_an_upcast_that_no_longer_fits_is_damage() -> None:
    upcasts = {"ScoreEntered": lambda event: event | {"type": "ScoreEntered.2"}}
    careless: Records[Actor, Any] = Records(Actor, ScoreEntered2, upcasts)
    with pytest.raises(LedgerDamaged, match=r"event ScoreEntered: .*item"):
        careless.read(composed(NINETY))


@pytest.mark.rule("L14")
def test_a_header_that_is_none_or_tells_another_story_is_damage() -> None:
    entry = composed(NINETY)
    replace = msgspec.structs.replace
    with pytest.raises(LedgerDamaged, match="no header"):
        RECORDS.read(with_body(entry, 0, b"{}"))
    for forged in (replace(entry, at=NOON + 1), replace(entry, command_id=bytes(16))):
        # The time and the command id of a row are not hashed themselves; their copies are.
        assert check([forged], ROOM).seq == 1
        with pytest.raises(LedgerDamaged, match="names another time or command"):
            RECORDS.read(forged)
    with pytest.raises(ChainBroken):
        check([with_body(entry, 0, entry.bodies[0].replace(b"w1", b"w2"))], ROOM)


@pytest.fixture
def bodies(tmp_path: Path) -> SealedBodies:
    return SealedBodies(Seal(ring(tmp_path).at_rest, b"entries"))


@pytest.mark.rule("L20")
def test_bodies_come_back_from_the_disk_and_lie_there_unreadable(bodies: SealedBodies) -> None:
    entry = composed(NINETY)
    sealed = bodies.seal(entry)
    assert bodies.open(ROOM, 1, sealed) == (entry.bodies, entry.salts)
    assert b"90.50" not in sealed
    assert all(salt not in sealed for salt in entry.salts)


@pytest.mark.rule("L20")
def test_bodies_that_were_changed_or_moved_name_session_and_entry(bodies: SealedBodies) -> None:
    sealed = bytearray(bodies.seal(composed(NINETY)))
    for session, seq in ((ROOM, 2), (session_id(8), 1)):
        place = f"session {session.hex()}, entry {seq}: its content does not open"
        with pytest.raises(LedgerDamaged, match=place):
            bodies.open(session, seq, bytes(sealed))
    sealed[-1] ^= 1
    with pytest.raises(LedgerDamaged, match=f"session {ROOM.hex()}, entry 1: its content does not"):
        bodies.open(ROOM, 1, bytes(sealed))


@pytest.mark.rule("L20")
def test_bodies_under_a_key_that_is_not_held_say_so(bodies: SealedBodies, tmp_path: Path) -> None:
    stranger = SealedBodies(Seal(ring(tmp_path, seed=2).at_rest, b"entries"))
    with pytest.raises(LedgerDamaged, match=r"entry 1: its content is sealed under key [0-9a-f]+"):
        stranger.open(ROOM, 1, bodies.seal(composed(NINETY)))


@pytest.mark.rule("L20")
@pytest.mark.parametrize("packed", [b"", b"\xc0", b"\x92\x90\x90"])
def test_what_opens_but_holds_no_bodies_is_damage(tmp_path: Path, packed: bytes) -> None:
    seal = Seal(ring(tmp_path).at_rest, b"entries")
    sealed = seal.seal(packed, ROOM + (1).to_bytes(8, "big"))
    with pytest.raises(LedgerDamaged, match="entry 1: its content"):
        SealedBodies(seal).open(ROOM, 1, sealed)
