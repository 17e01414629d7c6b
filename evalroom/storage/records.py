"""Events to entries and back: what the domain means, and the bytes that were hashed."""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Annotated, Any, Final, Generic, TypeVar, Union

import msgspec

from evalroom.storage.canonical import canonical
from evalroom.storage.chain import extend
from evalroom.storage.entry import ID_BYTES, Entry, Head
from evalroom.storage.ledger import MAX_STATE_BYTES, LedgerDamaged
from evalroom.storage.receipts import Checkpoint, Signer, checkpoint
from evalroom.storage.sealing import Seal, SealBroken

Upcast = Callable[[dict[str, Any]], dict[str, Any]]
"""Takes an event's older shape, returns a newer one (the `type` included)."""

ActorT = TypeVar("ActorT", bound=msgspec.Struct)
EventT = TypeVar("EventT")

MAX_EVENTS: Final = 1_024
"""Events of one entry. The widest command, a genesis, makes one for each member, bid and policy."""


class UnknownEvent(Exception):
    """An event of a version this program does not know: the session must be let go, not guessed."""

    def __init__(self, session: bytes, seq: int, tag: str) -> None:
        super().__init__(f"session {session.hex()}, entry {seq}: event {tag!r} is not known here")
        self.session, self.seq, self.tag = session, seq, tag


class Header(msgspec.Struct, Generic[ActorT], frozen=True, omit_defaults=True):
    """The first body of every entry. `at` is server time in ms, `command_id` 32 hex characters,
    `args` the digest of what the command said, missing in older entries.
    """

    actor: ActorT
    at: int
    command: str
    command_id: str
    args: str | None = None


class Recorded(msgspec.Struct, Generic[ActorT, EventT], frozen=True):
    """An entry, read: who did what when, what followed, and the storage's own checkpoint if any."""

    header: Header[ActorT]
    events: tuple[EventT, ...]
    checkpoint: Checkpoint | None


def compose(
    previous: Head,
    session: bytes,
    at: int,
    actor: msgspec.Struct,
    command_id: bytes,
    command: str,
    events: Sequence[msgspec.Struct],
    random: Callable[[int], bytes],
    vouch: Signer | None = None,
    *,
    args: bytes | None = None,
) -> Entry:
    """The entry that follows `previous`. With `vouch`, a checkpoint of `previous` comes last; with
    `args`, the command in canonical form, its digest stands in the header.

    Raises `NotCanonical` when a float hides in an event, ValueError when an id has the wrong
    length, there is no event, or there are more than `MAX_EVENTS`: all of them our own bugs.
    """
    if len(session) != ID_BYTES or len(command_id) != ID_BYTES:
        raise ValueError(f"sessions and commands have ids of {ID_BYTES} bytes")
    if not 1 <= len(events) <= MAX_EVENTS:
        raise ValueError(f"an entry has 1 to {MAX_EVENTS} events, not {len(events)}")
    said = [*events] if vouch is None else [*events, checkpoint(session, previous, vouch)]
    salts = tuple(random(ID_BYTES) for _ in range(1 + len(said)))
    digest = None if args is None else args_digest(salts, args)
    header = Header(actor, at, command, command_id.hex(), digest)
    bodies = tuple(map(canonical, (header, *said)))
    head = extend(previous, session, bodies, salts)
    return Entry(session, head.seq, at, command_id, bodies, salts, head.digest)


def args_digest(salts: Sequence[bytes], args: bytes) -> str:
    """What an entry keeps of its command's words, in hex. The salts of all its events go into it:
    an opened header tells nothing about an event that stays closed.
    """
    return sha256(b"evalroom/args/1\0" + b"".join(salts[1:]) + args).hexdigest()


class Records(Generic[ActorT, EventT]):
    """Reads entries as a given union of event types, older shapes brought up to date by tag."""

    def __init__(
        self,
        actor_type: type[ActorT],
        event_type: Any,
        upcasts: Mapping[str, Upcast] | None = None,
    ) -> None:
        """`event_type` is a union of tagged structs (`tag_field="type"`), or one of them.

        A shape that changes gets a new tag; its old tag moves from the union to `upcasts`.
        """
        self._header = msgspec.json.Decoder(Header[actor_type])  # type: ignore[valid-type]
        self._union: Any = Union[event_type, Checkpoint]  # noqa: UP007  built while running
        self._event = msgspec.json.Decoder(self._union)
        self._tags = _tags(event_type)
        self._upcasts = dict(upcasts or {})
        if both := self._tags & self._upcasts.keys():
            raise ValueError(f"both a present and an older shape: {', '.join(sorted(both))}")

    def read(self, entry: Entry) -> Recorded[ActorT, EventT]:
        """Raises `UnknownEvent` for a tag nobody here knows, `LedgerDamaged` for anything else."""
        first, *rest = entry.bodies
        try:
            header = self._header.decode(first)
        except msgspec.DecodeError as fault:
            raise LedgerDamaged(f"no header: {fault}", entry.session, entry.seq) from None
        if header.at != entry.at or header.command_id != entry.command_id.hex():
            reason = "its header names another time or command"
            raise LedgerDamaged(reason, entry.session, entry.seq)
        events = [self._read_event(entry, body) for body in rest]
        vouched = None
        if events and isinstance(events[-1], Checkpoint):
            vouched = events.pop()
        return Recorded(header, tuple(events), vouched)

    def _read_event(self, entry: Entry, body: bytes) -> Any:
        try:
            return self._event.decode(body)
        except msgspec.ValidationError as fault:
            reason = str(fault)
        except msgspec.DecodeError as fault:
            raise LedgerDamaged(f"not JSON: {fault}", entry.session, entry.seq) from None
        event = msgspec.json.decode(body)
        tag = event.get("type") if isinstance(event, dict) else None
        if tag not in self._upcasts:
            raise self._misread(entry, tag, reason)
        try:
            return msgspec.convert(self._brought_up_to_date(event), self._union)
        except msgspec.ValidationError as fault:
            raise self._misread(entry, tag, str(fault)) from None

    def _brought_up_to_date(self, event: dict[str, Any]) -> dict[str, Any]:
        # Each step leads to a newer tag, so there cannot be more steps than there are upcasts.
        for _ in self._upcasts:
            newer = self._upcasts.get(event["type"])
            if newer is None:
                break
            event = newer(event)
        return event

    def _misread(self, entry: Entry, tag: Any, reason: str) -> Exception:
        known = isinstance(tag, str) and (tag in self._tags or tag in self._upcasts)
        if isinstance(tag, str) and not known:
            return UnknownEvent(entry.session, entry.seq, tag)
        return LedgerDamaged(f"event {tag}: {reason}", entry.session, entry.seq)


class SealedBodies:
    """Bodies and salts of an entry as they lie on the disk: one sealed blob, bound to its place."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal

    def seal(self, entry: Entry) -> bytes:
        """Pack and encrypt."""
        packed = _packer.encode((entry.bodies, entry.salts))
        return self._seal.seal(packed, _place(entry.session, entry.seq))

    def open(
        self, session: bytes, seq: int, sealed: bytes
    ) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
        """Bodies and salts. Raises `LedgerDamaged` for a flipped byte or a key that is not held."""
        try:
            return _unpacker.decode(self._seal.open(sealed, _place(session, seq)))
        except (SealBroken, msgspec.DecodeError) as fault:
            raise LedgerDamaged(f"its content {fault}", session, seq) from None


class SealedStates:
    """Folded states as they lie on the disk: each sealed, and bound to its place and schema."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal

    def seal(self, session: bytes, seq: int, schema: str, state: bytes) -> bytes:
        """Encrypt. Raises ValueError past `MAX_STATE_BYTES`."""
        if len(state) > MAX_STATE_BYTES:
            raise ValueError(f"a state of {len(state)} bytes; at most {MAX_STATE_BYTES}")
        return self._seal.seal(state, _place(session, seq) + schema.encode())

    def open(self, session: bytes, seq: int, schema: str, sealed: bytes) -> bytes | None:
        """The state; one that does not open is as good as none."""
        try:
            return self._seal.open(sealed, _place(session, seq) + schema.encode())
        except SealBroken:
            return None


_packer: Final = msgspec.msgpack.Encoder()
# Every entry has a header, so none is without a body.
_Some = Annotated[tuple[bytes, ...], msgspec.Meta(min_length=1)]
_unpacker: Final = msgspec.msgpack.Decoder(tuple[_Some, _Some])


def _place(session: bytes, seq: int) -> bytes:
    return session + seq.to_bytes(8, "big")


def _tags(event_type: Any) -> set[str]:
    info = msgspec.inspect.type_info(event_type)
    shapes = info.types if isinstance(info, msgspec.inspect.UnionType) else (info,)
    return {str(shape.tag) for shape in shapes if isinstance(shape, msgspec.inspect.StructType)}
