"""The chain shows every change to a record; what is held outside shows a rewritten one."""

import hashlib
import json
import struct
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from evalroom.storage.canonical import canonical
from evalroom.storage.chain import ChainBroken, check, commitment, extend, leaf, step
from evalroom.storage.entry import GENESIS, Entry, Head
from tests.storage.parts import Scribe, history, session_id

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "vectors.json").read_text("utf-8"))

ROOM = session_id(7)


@pytest.mark.rule("L1")
@pytest.mark.parametrize("vector", VECTORS["canonical"])
def test_golden_spellings(vector: dict[str, Any]) -> None:
    assert canonical(vector["value"]).decode() == vector["text"]


@pytest.mark.rule("L3", "L4", "L5")
def test_golden_leaves_commitments_and_heads() -> None:
    session = bytes.fromhex(VECTORS["session"])
    head = Head(0, bytes.fromhex(VECTORS["genesis"]))
    for written in VECTORS["entries"]:
        bodies = [body.encode() for body in written["bodies"]]
        salts = [bytes.fromhex(salt) for salt in written["salts"]]
        leaves = [leaf(salt, body) for salt, body in zip(salts, bodies, strict=True)]
        assert [each.hex() for each in leaves] == written["leaves"]
        assert commitment(leaves).hex() == written["commitment"]
        head = step(head, session, commitment(leaves))
        assert (head.seq, head.digest.hex()) == (written["seq"], written["head"])


@pytest.mark.rule("L3", "L4", "L5")
@given(
    st.lists(st.tuples(st.binary(min_size=16, max_size=16), st.binary()), min_size=1, max_size=5),
    st.binary(min_size=16, max_size=16),
    st.binary(min_size=32, max_size=32),
    st.integers(0, 2**63),
)
def test_a_few_lines_of_standard_library_recompute_it(
    pairs: list[tuple[bytes, bytes]], session: bytes, before: bytes, seq: int
) -> None:
    leaves = b""
    for salt, body in pairs:
        told = b"evalroom/leaf/1\0" + struct.pack(">Q", len(body)) + salt + body
        leaves += hashlib.sha256(told).digest()
    whole = hashlib.sha256(b"evalroom/entry/1\0" + leaves).digest()
    head = hashlib.sha256(before + session + struct.pack(">Q", seq + 1) + whole).digest()
    salts, bodies = zip(*pairs, strict=True)
    assert extend(Head(seq, before), session, bodies, salts) == Head(seq + 1, head)


@pytest.mark.rule("L3")
def test_a_salt_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="a salt is 16 bytes, not 15"):
        leaf(bytes(15), b"{}")


@pytest.mark.rule("L6")
def test_an_untouched_record_leads_to_its_head() -> None:
    entries = history(ROOM, 5)
    assert check(entries, ROOM) == Head(5, entries[-1].head)
    # A part of it, from where one has already looked.
    assert check(entries[2:], ROOM, Head(2, entries[1].head)) == Head(5, entries[-1].head)
    assert check([], ROOM) == GENESIS


def broken_at(entries: Sequence[Entry], witnessed: dict[int, bytes] | None = None) -> int:
    with pytest.raises(ChainBroken) as broken:
        check(entries, ROOM, witnessed=witnessed)
    assert broken.value.session == ROOM
    assert ROOM.hex() in str(broken.value)
    return broken.value.seq


@pytest.mark.rule("L6")
def test_a_flipped_byte_anywhere_is_found_where_it_is() -> None:
    entries = history(ROOM, 3)
    middle = entries[1]

    def flipped(value: bytes, place: int) -> bytes:
        changed = bytearray(value)
        changed[place] ^= 1
        return bytes(changed)

    for number, body in enumerate(middle.bodies):
        for place in range(len(body)):
            bodies = [*middle.bodies]
            bodies[number] = flipped(body, place)
            forged = msgspec.structs.replace(middle, bodies=tuple(bodies))
            assert broken_at([entries[0], forged, entries[2]]) == 2
    for place in range(16):
        salts = (flipped(middle.salts[0], place), *middle.salts[1:])
        forged = msgspec.structs.replace(middle, salts=salts)
        assert broken_at([entries[0], forged, entries[2]]) == 2
    for place in range(32):
        forged = msgspec.structs.replace(middle, head=flipped(middle.head, place))
        assert broken_at([entries[0], forged, entries[2]]) == 2


@pytest.mark.rule("L6")
def test_a_dropped_entry_is_found() -> None:
    entries = history(ROOM, 4)
    assert broken_at(entries[:1] + entries[2:]) == 2
    # Renumbered so that no gap shows.
    closed_up = [msgspec.structs.replace(entry, seq=entry.seq - 1) for entry in entries[2:]]
    assert broken_at(entries[:1] + closed_up) == 2


@pytest.mark.rule("L6")
def test_swapped_entries_are_found() -> None:
    one, two, three = history(ROOM, 3)
    assert broken_at([one, three, two]) == 2
    traded = [
        one,
        msgspec.structs.replace(two, bodies=three.bodies, salts=three.salts),
        msgspec.structs.replace(three, bodies=two.bodies, salts=two.salts),
    ]
    assert broken_at(traded) == 2


@pytest.mark.rule("L6")
def test_bodies_swapped_or_taken_out_within_an_entry_are_found() -> None:
    (entry,) = history(ROOM, 1)
    replace = msgspec.structs.replace
    assert broken_at([replace(entry, bodies=entry.bodies[::-1])]) == 1
    assert broken_at([replace(entry, bodies=entry.bodies[:1])]) == 1
    assert broken_at([replace(entry, bodies=entry.bodies[:1], salts=entry.salts[:1])]) == 1
    assert broken_at([replace(entry, salts=(entry.salts[0], b"short"))]) == 1


@pytest.mark.rule("L6")
def test_an_entry_of_another_session_is_found() -> None:
    (stranger,) = history(session_id(8), 1)
    assert broken_at([stranger]) == 1
    assert broken_at([msgspec.structs.replace(stranger, session=ROOM)]) == 1


@pytest.mark.rule("L7")
def test_a_cut_off_tail_shows_against_a_witnessed_head() -> None:
    entries = history(ROOM, 5)
    assert check(entries[:3], ROOM) == Head(3, entries[2].head)
    assert broken_at(entries[:3], {5: entries[4].head}) == 4


@pytest.mark.rule("L7")
def test_a_record_rewritten_as_a_whole_shows_against_a_witnessed_head() -> None:
    entries, forked = history(ROOM, 5), history(ROOM, 5, seed=2)
    assert check(forked, ROOM).seq == 5
    assert broken_at(forked, {3: entries[2].head}) == 3
    assert check(entries, ROOM, witnessed={3: entries[2].head, 5: entries[4].head}).seq == 5


@pytest.mark.rule("L7")
def test_a_fork_shows_at_the_first_entry_that_differs() -> None:
    scribe = Scribe(ROOM)
    common = [scribe.write(), scribe.write()]
    told, retold = scribe.next(), scribe.next()
    assert check([*common, told], ROOM).digest != check([*common, retold], ROOM).digest
    assert broken_at([*common, retold], {3: told.head}) == 3


@pytest.mark.rule("L5")
@given(st.integers(1, 8), st.integers(0, 255))
def test_no_two_histories_share_a_head(length: int, seed: int) -> None:
    heads = [entry.head for entry in history(ROOM, length, seed)]
    assert len(set(heads)) == length
    assert all(one != other for one, other in pairwise(heads))


@pytest.mark.rule("L3")
@given(st.binary(max_size=64))
def test_a_closed_leaf_says_nothing_without_its_salt(body: bytes) -> None:
    # The same score under two salts: nobody can tell from the leaves that it is the same.
    assert leaf(bytes(16), body) != leaf(b"\1" * 16, body)
    assert hashlib.sha256(body).digest() not in (leaf(bytes(16), body), body)
