"""What nodes tell each other about streams, as msgpack."""

from hashlib import sha256

import msgspec
from msgspec import Struct

from evalroom.monitoring.gate import Kind
from evalroom.wire.media_frame import Codec


class Shown(Struct, frozen=True, array_like=True):
    """A stream that a node has; its codec, once its first frame has told it."""

    source: str
    kind: Kind
    codec: Codec | None = None


class Telling(Struct, frozen=True, tag="telling"):
    """What a node publishes of a session."""

    node: str
    streams: tuple[Shown, ...]


class Loudness(Struct, frozen=True, tag="loudness"):
    """How loud a node's microphones are now."""

    node: str
    levels: dict[str, int]


class Wish(Struct, frozen=True, tag="wish"):
    """A node wants frames of a source (`key`: a key frame at once), or loudness (no source)."""

    node: str
    source: str | None
    key: bool = False


class Passed(Struct, frozen=True, array_like=True):
    """A frame on its way to other nodes. `count` grows by one with each of this sender."""

    count: int
    codec: int
    key: bool
    layer: int
    ticks: int
    arrival: int
    data: bytes
    payloads: tuple[bytes, ...]


encode = msgspec.msgpack.Encoder().encode

# Each raises `msgspec.MsgspecError` for what another version may have said.
said_in = msgspec.msgpack.Decoder(Telling | Loudness).decode
wish_in = msgspec.msgpack.Decoder(Wish).decode
passed_in = msgspec.msgpack.Decoder(Passed).decode


def frames_topic(session: str, node: str, source: str) -> str:
    """Where a node's frames of a source are heard; a topic has to be short, a source may not be."""
    return f"media:{session}:{node}:{sha256(source.encode()).hexdigest()[:16]}"
