"""What crosses the control plane, as values: strict for what a peer sends, open for what we send.

`docs/protocol.md` tells the same in prose. Times are integer milliseconds of server time.
"""

import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, TypeVar, get_args

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from evalroom.sessions.refusals import Malformed
from evalroom.wire import limits

PROTOCOL: Final = 1
NAMESPACE: Final = "/session"

SessionId = Annotated[str, Meta(pattern="^[0-9a-f]{32}$", max_length=32)]
CommandId = Annotated[
    bytes, Meta(min_length=limits.COMMAND_ID_BYTES, max_length=limits.COMMAND_ID_BYTES)
]
Name = Annotated[str, Meta(min_length=1, max_length=limits.NAME_CHARACTERS)]
# The largest integer that every client can hold exactly (RFC 8259, section 6).
Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]


class ConnectAuth(Struct, frozen=True, forbid_unknown_fields=True):
    """The `auth` of CONNECT. `token` is the bytes of a mark or the base64 text of a view:
    `token_bytes` reads both (a union of the two is more than a decoder can tell apart)."""

    protocol: int
    session: SessionId
    token: Any
    bearer: Annotated[str, Meta(min_length=1, max_length=limits.BEARER_CHARACTERS)] | None = None


class CommandMessage(Struct, frozen=True, forbid_unknown_fields=True):
    """One act. `seen` is the revision of the thing edited, as the author's view showed it."""

    id: CommandId
    name: Name
    args: dict[str, Any]
    seen: Count | None = None


class Typing(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="typing"):
    """Somebody writes in a matter under discussion."""

    matter: Name


# Ten-thousandths of the page's width and height: sharper than any screen, and never a float.
PagePoint = Annotated[int, Meta(ge=0, le=10_000)]
PageNumber = Annotated[int, Meta(ge=1, le=100_000)]


class Pointer(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="pointer"):
    """Where somebody points on a page of a document, from its upper left corner."""

    matter: Name
    document: Name
    page: PageNumber
    x: PagePoint
    y: PagePoint


class PageTurned(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="page"):
    """The page of a document that somebody looks at."""

    matter: Name
    document: Name
    page: PageNumber


class LinkQuality(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="link"):
    """How well a seat reaches the server, as its page measures it: the time there and back, and the
    share of lost packets in thousandths.
    """

    rtt_ms: Annotated[int, Meta(ge=0, le=60_000)]
    lost: Annotated[int, Meta(ge=0, le=1000)]


Ephemeral = Typing | Pointer | PageTurned | LinkQuality


class Done(Struct, frozen=True):
    """The acknowledgement of a command that was committed, or that had nothing to change."""

    ok: Literal[True] = True
    receipt: dict[str, Any] | UnsetType = UNSET


class NotDone(Struct, frozen=True, kw_only=True):
    """The acknowledgement of a command that changed nothing; sent again it may be decided anew."""

    ok: Literal[False] = False
    code: str
    message_key: str
    params: dict[str, Any]
    retry_ms: int | UnsetType = UNSET


class Mark(Struct, frozen=True):
    """Where this reader's stream stands: the newest token, and the server's time."""

    token: bytes
    at: int


PresenceState = Literal["online", "away", "unknown"]
Presence = dict[str, PresenceState]

ByeCode = Literal[
    "restart", "slow", "audience_changed", "unknown_version",
    "superseded", "revoked", "logged_out", "closed", "protocol", "other_device",
]  # fmt: skip
_COMING_BACK = {"restart", "slow", "audience_changed", "unknown_version"}
COMES_BACK: Final[Mapping[ByeCode, bool]] = MappingProxyType(
    {code: code in _COMING_BACK for code in get_args(ByeCode)}
)
"""Each good-bye, and whether the client is to join again."""


class Bye(Struct, frozen=True):
    """The last message on a socket."""

    code: str
    come_back: bool
    retry_ms: int | UnsetType = UNSET


class ConnectFault(Struct, frozen=True):
    """Why a join was refused; stock clients show it as `error.data`."""

    code: str
    message: str
    retry_ms: int | UnsetType = UNSET


class ConnectError(Struct, frozen=True):
    """The payload of CONNECT_ERROR in the form that stock clients expect."""

    message: str
    data: ConnectFault


def token_bytes(token: object) -> bytes:
    """Give the bytes of a token, whichever way it came; raises Malformed."""
    if isinstance(token, str) and _BASE64.fullmatch(token):
        # Writers differ in the alphabet and the padding; the bytes are the same.
        text = token.rstrip("=").replace("+", "-").replace("/", "_")
        if len(text) % 4 != 1:
            token = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if not isinstance(token, bytes) or not 0 < len(token) <= limits.TOKEN_BYTES:
        raise Malformed("auth.token", "is not a token")
    return token


T = TypeVar("T")


def read_as(shape: type[T], value: object, path: str) -> T:
    """Read what a peer sent as `shape`; raises Malformed with the path of the first fault."""
    try:
        # Named as built in, bytes must come as bytes: text is not quietly taken for base64.
        return msgspec.convert(value, shape, builtin_types=(bytes,))
    except msgspec.ValidationError as error:
        reason, _, place = str(error).partition(" - at `$")
        raise Malformed(path + place.rstrip("`"), reason) from None


_BASE64: Final = re.compile("[-_+/0-9A-Za-z]+={0,2}")
