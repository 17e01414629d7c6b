"""What a ledger keeps: one entry a command, and the head that stands for all entries so far."""

from typing import Final

import msgspec

ID_BYTES: Final = 16
"""Sessions, command ids and salts are 16 random bytes each."""

HASH_BYTES: Final = 32
"""Leaves, commitments and heads are SHA-256 values."""


class Head(msgspec.Struct, frozen=True, gc=False):
    """How far a session goes: its last `seq`, and the `digest` that commits to all of it."""

    seq: int
    digest: bytes


GENESIS: Final = Head(0, bytes(HASH_BYTES))
"""The head of a session of which nothing is written yet."""


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One command that changed a session: exactly the bytes that were hashed.

    `bodies[0]` says who, when and by which command; each further body is one event. `salts` has
    one salt a body. `at` is server time in milliseconds; `seq` counts from 1 within the session.
    """

    session: bytes
    seq: int
    at: int
    command_id: bytes
    bodies: tuple[bytes, ...]
    salts: tuple[bytes, ...]
    head: bytes
