"""How a ledger becomes evidence: salted leaves, a commitment an entry, a chain of heads.

All lengths and numbers are unsigned, 8 bytes, most significant byte first; `‖` joins bytes.

    leaf         = SHA-256(LEAF_TAG ‖ be64(length of body) ‖ salt[16] ‖ body)
    commitment n = SHA-256(COMMITMENT_TAG ‖ leaf 0 ‖ leaf 1 ‖ …)
    head 0       = 32 zero bytes
    head n       = SHA-256(head n-1 ‖ session[16] ‖ be64(n) ‖ commitment n)

A leaf can be opened (salt and body shown) or stay closed (its 32 bytes shown) without changing the
commitment: that is how an archive proves a record to people who may not see all of it. The salt is
what keeps a closed leaf closed: scores are few, and a bare hash of one could be guessed.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from evalroom.storage.entry import GENESIS, ID_BYTES, Entry, Head

LEAF_TAG: Final = b"evalroom/leaf/1\0"
COMMITMENT_TAG: Final = b"evalroom/entry/1\0"


class ChainBroken(Exception):
    """The record of `session` was changed; `seq` is the first place where it shows."""

    def __init__(self, session: bytes, seq: int, reason: str) -> None:
        super().__init__(f"session {session.hex()}, entry {seq}: {reason}")
        self.session, self.seq, self.reason = session, seq, reason


def leaf(salt: bytes, body: bytes) -> bytes:
    """What an entry commits to for one of its bodies (32 bytes)."""
    if len(salt) != ID_BYTES:
        raise ValueError(f"a salt is {ID_BYTES} bytes, not {len(salt)}")
    return hashlib.sha256(LEAF_TAG + len(body).to_bytes(8, "big") + salt + body).digest()


def commitment(leaves: Sequence[bytes]) -> bytes:
    """What an entry commits to as a whole (32 bytes)."""
    return hashlib.sha256(COMMITMENT_TAG + b"".join(leaves)).digest()


def step(previous: Head, session: bytes, committed: bytes) -> Head:
    """The head after one more entry with this commitment."""
    seq = previous.seq + 1
    link = previous.digest + session + seq.to_bytes(8, "big") + committed
    return Head(seq, hashlib.sha256(link).digest())


def extend(previous: Head, session: bytes, bodies: Sequence[bytes], salts: Sequence[bytes]) -> Head:
    """The head after one more entry with these bodies, each beside its salt."""
    pairs = zip(salts, bodies, strict=True)
    return step(previous, session, commitment([leaf(salt, body) for salt, body in pairs]))


def check(
    entries: Iterable[Entry],
    session: bytes,
    start: Head = GENESIS,
    witnessed: Mapping[int, bytes] | None = None,
) -> Head:
    """Walk the entries of one session that follow `start` and return the head they lead to.

    `witnessed` maps seq to a head that somebody keeps outside of this ledger (a checkpoint, a
    token, a published root). A chain alone shows a record that was changed in part; only what is
    held outside shows one that was rewritten or cut off. Raises `ChainBroken` at the first fault.
    """
    witnessed = witnessed or {}
    reached = start
    for entry in entries:
        reached = _follow(reached, session, entry)
        if witnessed.get(reached.seq, reached.digest) != reached.digest:
            raise ChainBroken(session, reached.seq, "another history than the one witnessed")
    if missing := [seq for seq in witnessed if seq > reached.seq]:
        raise ChainBroken(session, reached.seq + 1, f"missing: entry {max(missing)} was witnessed")
    return reached


def _follow(previous: Head, session: bytes, entry: Entry) -> Head:
    place = previous.seq + 1
    if entry.session != session:
        raise ChainBroken(session, place, f"belongs to session {entry.session.hex()}")
    if entry.seq != place:
        raise ChainBroken(session, place, f"entry {entry.seq} stands in its place")
    try:
        reached = extend(previous, session, entry.bodies, entry.salts)
    except ValueError:
        raise ChainBroken(session, place, "bodies and salts do not pair") from None
    if entry.head != reached.digest:
        raise ChainBroken(session, place, "its content does not lead to its head")
    return reached
