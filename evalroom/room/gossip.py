"""What the nodes tell each other about one session: entries, hints, and who is there."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from evalroom.room.limits import GOSSIP_BYTES
from evalroom.storage.entry import Entry


class Committed(Struct, frozen=True, tag="entry"):
    """An entry that is in the ledger."""

    node: bytes
    entry: Entry


class Grown(Struct, frozen=True, tag="grown"):
    """The ledger has grown by an entry too large to send: read it."""

    node: bytes
    seq: int


class Lease(Struct, frozen=True, tag="lease"):
    """These members and supervisors (accounts) have a socket on this node, for as long as a lease
    holds.
    """

    node: bytes
    members: tuple[str, ...]
    supervisors: tuple[str, ...] = ()


class Passing(Struct, frozen=True, tag="passing"):
    """Something that is not kept, from a member who has a socket on this node."""

    node: bytes
    member: str
    message: dict[str, Any]


Gossip = Committed | Grown | Lease | Passing


def topic(session: str) -> str:
    """Where a session is talked about."""
    return f"session:{session}"


def committed(node: bytes, entry: Entry) -> bytes:
    """The message about an entry of our own."""
    if sum(map(len, entry.bodies)) > GOSSIP_BYTES:
        return _encoder.encode(Grown(node, entry.seq))
    return _encoder.encode(Committed(node, entry))


def lease(node: bytes, members: tuple[str, ...], supervisors: tuple[str, ...] = ()) -> bytes:
    """The message about who is here."""
    return _encoder.encode(Lease(node, members, supervisors))


def passing(node: bytes, member: str, message: Mapping[str, Any]) -> bytes:
    """The message that passes something on."""
    return _encoder.encode(Passing(node, member, dict(message)))


def read(message: bytes) -> Gossip | None:
    """What another node said; None for what this version does not understand."""
    try:
        return _decoder.decode(message)
    except msgspec.DecodeError:
        return None


_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final[msgspec.msgpack.Decoder[Gossip]] = msgspec.msgpack.Decoder(Gossip)
