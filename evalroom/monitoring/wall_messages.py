"""What is said beside the pictures on a wall's socket: strict for what a viewer sends."""

from enum import IntEnum
from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, field

from evalroom.monitoring.gate import Kind
from evalroom.monitoring.limits import WALL_STREAMS
from evalroom.sessions.refusals import Malformed
from evalroom.wire.frames import TEXT, websocket_frame
from evalroom.wire.media_frame import LAYERS

Handle = Annotated[int, Meta(ge=1, le=2**32 - 1)]
Seq = Annotated[int, Meta(ge=0, le=2**32 - 1)]

KEYS_ONLY: Final = -1
"""In `lowered`: only key frames are sent."""


class WallClose(IntEnum):
    """Why a wall is closed. Whoever is told one of `COME_BACK` connects again."""

    BUG = 1011
    RESTART = 1012
    TRY_LATER = 1013
    PROTOCOL = 4400
    LOGGED_OUT = 4401
    FORBIDDEN = 4403
    SLOW = 4408
    SUPERSEDED = 4409
    TOO_FAST = 4429


COME_BACK: Final = frozenset(
    {WallClose.BUG, WallClose.RESTART, WallClose.TRY_LATER, WallClose.SLOW, WallClose.TOO_FAST}
)


class Subscription(Struct, frozen=True, forbid_unknown_fields=True):
    """A stream that is to be sent: `layer` is the highest temporal layer wanted, `width` how many
    pixels of the viewer's screen the picture has.
    """

    stream: Handle
    layer: Annotated[int, Meta(ge=0, le=LAYERS - 1)]
    width: Annotated[int, Meta(ge=1, le=16_384)]


class Control(Struct, frozen=True, forbid_unknown_fields=True):
    """One message of a viewer. `ack` says of each stream up to which frame it has been taken."""

    subscribe: Annotated[tuple[Subscription, ...], Meta(max_length=WALL_STREAMS)] = ()
    unsubscribe: Annotated[tuple[Handle, ...], Meta(max_length=WALL_STREAMS)] = ()
    hidden: bool | None = None
    ack: Annotated[dict[Handle, Seq], Meta(max_length=WALL_STREAMS)] = field(default_factory=dict)


def read_control(text: str | bytes) -> Control:
    """Read a message of a viewer; raises Malformed."""
    try:
        control = _decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise Malformed("message", str(error)[:200]) from None
    if len(set(control.unsubscribe)) < len(control.unsubscribe):
        raise Malformed("message.unsubscribe", "names a stream twice")
    return control


class Listed(Struct, frozen=True):
    """One stream that may be seen or heard now."""

    stream: int
    source: str
    kind: Kind
    codec: str | None
    epoch: int
    label_key: str
    label: dict[str, str]


class Streams(Struct, frozen=True):
    """All of them, in the order of a wall."""

    streams: tuple[Listed, ...]


class Ended(Struct, frozen=True):
    """Nothing more comes of this stream: it is over, or not to be seen any longer."""

    ended: int
    code: str


class NotShown(Struct, frozen=True):
    """A subscription that was not granted."""

    refused: int
    code: str
    retry_ms: int | UnsetType = UNSET


class Lowered(Struct, frozen=True):
    """Up to which layer a stream is sent from now on, KEYS_ONLY for key frames alone."""

    lowered: int
    layer: int


def frame_of(message: Streams | Ended | NotShown | Lowered) -> bytes:
    """The whole WebSocket frame of a message to a viewer."""
    return websocket_frame(TEXT, _encode(message))


_decode = msgspec.json.Decoder(Control).decode
_encode = msgspec.json.Encoder().encode
