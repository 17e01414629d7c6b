"""What the HTTP interface is built from: its own means, and what it asks of the rooms, small
enough to see whole.
"""

from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Protocol

from prometheus_client import CollectorRegistry

from evalroom.clock import Clock
from evalroom.footage.shelf import Shelf
from evalroom.identity.browser import Browsers
from evalroom.identity.doorkeeper import Doorkeeper
from evalroom.identity.keys import SigningKeys
from evalroom.identity.pairing import Pairing
from evalroom.identity.principal import Principal
from evalroom.identity.registry import Registry
from evalroom.identity.tokens import Random
from evalroom.identity.turn import Turn
from evalroom.sessions.people import Actor, Appointment
from evalroom.sessions.state import Session
from evalroom.sessions.tender.model import Tender
from evalroom.sessions.visibility.audience import Audience
from evalroom.storage.blobs import StoredDocument
from evalroom.storage.camera_addresses import CameraAddresses
from evalroom.storage.directory import Directory


class Room(Protocol):
    """One live session, as far as reading goes."""

    @property
    def session(self) -> Session:
        """The state now."""
        ...

    def audience(self, principal: Principal) -> Audience:
        """As whom this principal sees the session now. Raises `Refused("not_invited")`."""
        ...

    def view(self, audience: Audience) -> Mapping[str, Any]:
        """`{audience, view, token}`: all that this audience may see, and where it stands."""
        ...

    def may_read(self, audience: Audience, sha256: str) -> bool:
        """Whether this audience may open the document with this SHA-256 (hex) now."""
        ...

    def looked(self, principal: Principal, what: str) -> None:
        """Put a look on record, before it is granted. Raises `Refused("busy")`."""
        ...

    async def submit(
        self, actor: Actor, command_id: bytes, name: str, args: Mapping[str, Any], seen: int | None
    ) -> Any:
        """Carry out a command. Raises `Refused`, `Malformed`."""
        ...

    async def minutes(self, audience: Audience) -> list[dict[str, Any]]:
        """The lines of the minutes that this audience may read. Raises `LedgerUnavailable`."""
        ...

    def report(self, audience: Audience) -> dict[str, Any]:
        """The report, for who may read it now. Raises `Refused("report_sealed")`."""
        ...


class Rooms(Protocol):
    """The sessions of this node."""

    async def create(
        self,
        session: str,
        tender: Tender,
        appointments: dict[str, Appointment],
        *,
        by: str,
        rehearsal: bool,
    ) -> None:
        """Begin the ledger of a new session. Raises `Refused` or `TenderFaults`; then there is no
        session.
        """
        ...

    async def open(self, session: str) -> Room:
        """Find or load a session. Raises `Refused("unknown_session")`."""
        ...


class Documents(Protocol):
    """Stored files by their SHA-256 (hex); `evalroom.storage.blobs` says what each raises."""

    async def put(self, stream: AsyncIterable[bytes], limit: int) -> StoredDocument: ...

    async def size(self, digest: str) -> int: ...

    def open(
        self, digest: str, start: int = 0, length: int | None = None
    ) -> AsyncIterator[bytes]: ...


class Taken(Protocol):
    """An offer for media that was taken."""

    @property
    def name(self) -> str:
        """Under which it is ended."""
        ...

    @property
    def answer(self) -> str:
        """The SDP answer."""
        ...


class Media(Protocol):
    """The media of this node."""

    async def live(self, session: str) -> tuple[str, ...]:
        """The sources that are shown or heard now, on whichever node. Raises `Refused`."""
        ...

    async def publish(self, principal: Principal, session: str, source: str, offer: str) -> Taken:
        """Begin a publication. Raises `Refused`, with `offer_faulty` naming what is wrong."""
        ...

    async def unpublish(self, principal: Principal, session: str, source: str, name: str) -> None:
        """End it, on whichever node it is. Raises `Refused("unknown_publication")`."""
        ...

    async def subscribe(self, principal: Principal, session: str, source: str, offer: str) -> Taken:
        """Begin to watch or listen. Raises `Refused`, as `publish` does."""
        ...

    async def unsubscribe(self, principal: Principal, session: str, source: str, name: str) -> None:
        """End it. Raises `Refused("unknown_publication")`."""
        ...


def _two_cutters() -> Executor:
    # A cut holds its recording in memory: two at once, however many ask.
    return ThreadPoolExecutor(2, thread_name_prefix="cutting")


def _one_reader() -> Executor:
    # Reading the largest tender takes seconds of a processor: one at a time leaves the other core
    # to the sessions.
    return ThreadPoolExecutor(1, thread_name_prefix="tender")


async def _nothing_to_wait_for() -> Mapping[str, bool]:
    return {}


def _nobody_listens(_account: str) -> None:
    return None


@dataclass(frozen=True)
class Parts:
    """Everything the interface is joined from.

    `ready` names what a node needs and whether it is there; `revoked` is told of an account
    whose log-ins, tokens or office have just changed, so that its open sockets are looked at;
    `media` is None where this node has none, `footage` where nothing was ever recorded; `records`
    says whether anything is recorded now; recordings are kept for `footage_days` at least, for ever
    if that is 0; `turn` is None where nobody set up a relay;
    `trusted_proxies` are the addresses whose `X-Forwarded-For` is believed (an address or a
    network each).
    """

    directory: Directory
    doorkeeper: Doorkeeper
    registry: Registry
    pairing: Pairing
    browsers: Browsers
    rooms: Rooms
    documents: Documents
    signing: SigningKeys
    clock: Clock
    random: Random
    reading: Executor = field(default_factory=_one_reader)
    metrics: CollectorRegistry = field(default_factory=CollectorRegistry)
    ready: Callable[[], Awaitable[Mapping[str, bool]]] = _nothing_to_wait_for
    revoked: Callable[[str], None] = _nobody_listens
    trusted_proxies: Sequence[str] = ()
    media: Media | None = None
    footage: Shelf | None = None
    footage_days: int = 0
    records: bool = True
    cutting: Executor = field(default_factory=_two_cutters)
    camera_addresses: CameraAddresses | None = None
    turn: Turn | None = None
