"""What the server signs: a receipt for a score, a checkpoint for a history.

    receipt    = Ed25519(RECEIPT_TAG ‖ session[16] ‖ command id[16] ‖ leaf[32] ‖ be64(at))
    checkpoint = Ed25519(CHECKPOINT_TAG ‖ session[16] ‖ be64(seq) ‖ head[32])

A receipt is the author's proof that this server accepted these bytes at this time. It carries no
seq and no head: before the reveal those would tell how busy the other members are. Ed25519 is
deterministic, so the receipt of a retried command is rebuilt from its entry, the same to the byte.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from evalroom.storage.chain import leaf
from evalroom.storage.entry import Entry, Head

RECEIPT_TAG: Final = b"evalroom/receipt/1\0"
CHECKPOINT_TAG: Final = b"evalroom/checkpoint/1\0"


class Signer(Protocol):
    """One Ed25519 key of the server."""

    @property
    def key_id(self) -> bytes:
        """The first 8 bytes of the SHA-256 of the public key."""
        ...

    def sign(self, message: bytes) -> bytes:
        """64 bytes."""
        ...


class SignatureBroken(Exception):
    """A receipt or checkpoint that no trusted key has signed as it stands."""


class SignedBody(msgspec.Struct, frozen=True):
    """One event of a receipt: its text (canonical JSON), its salt, the signature over its leaf."""

    body: str
    salt: bytes
    signature: bytes


class Receipt(msgspec.Struct, frozen=True):
    """What the author of a score takes away. `at` is server time in milliseconds."""

    session: bytes
    command_id: bytes
    at: int
    key: bytes
    signed: tuple[SignedBody, ...]

    def wire(self) -> dict[str, Any]:
        """As the acknowledgement carries it (random ids, salts and signatures stay bytes)."""
        built: dict[str, Any] = msgspec.to_builtins(self, builtin_types=(bytes,))
        return built


class SignedLeaf(msgspec.Struct, frozen=True):
    """A leaf that stays closed, and the signature over it."""

    leaf: bytes
    signature: bytes


class Deposit(msgspec.Struct, frozen=True):
    """What the server keeps of a receipt for witness, centre and auditor: no body, no salt."""

    session: bytes
    command_id: bytes
    at: int
    key: bytes
    signed: tuple[SignedLeaf, ...]


class Checkpoint(msgspec.Struct, frozen=True, tag_field="type", tag="Checkpoint"):
    """Vouches for the history before the entry it is part of: up to `seq`, which led to `head`.

    The last body of an entry that reveals or closes. Hex, so that it is plain JSON.
    """

    key: str
    head: str
    seq: int
    signature: str


def receipt(entry: Entry, bodies: Iterable[int], signer: Signer) -> Receipt:
    """The receipt for some bodies of an entry (1 is its first event)."""
    signed = tuple(
        SignedBody(
            entry.bodies[place].decode(),
            entry.salts[place],
            signer.sign(_receipt_message(entry, leaf(entry.salts[place], entry.bodies[place]))),
        )
        for place in bodies
    )
    return Receipt(entry.session, entry.command_id, entry.at, signer.key_id, signed)


def deposit(given: Receipt) -> Deposit:
    """The same signatures without what they would disclose."""
    signed = tuple(
        SignedLeaf(leaf(each.salt, each.body.encode()), each.signature) for each in given.signed
    )
    return Deposit(given.session, given.command_id, given.at, given.key, signed)


def verify_receipt(given: Receipt | Deposit, trusted: Mapping[bytes, bytes]) -> None:
    """Check every signature against `trusted` (key id → public key). Raises `SignatureBroken`.

    The keys must come from outside of what is checked: a key found beside a signature proves
    nothing.
    """
    try:
        kept = given if isinstance(given, Deposit) else deposit(given)
    except ValueError:
        raise SignatureBroken("a salt of the wrong length") from None
    for each in kept.signed:
        _verify(kept.key, each.signature, _receipt_message(kept, each.leaf), trusted)


def checkpoint(session: bytes, previous: Head, signer: Signer) -> Checkpoint:
    """Vouch for everything up to `previous`."""
    signature = signer.sign(_checkpoint_message(session, previous))
    return Checkpoint(signer.key_id.hex(), previous.digest.hex(), previous.seq, signature.hex())


def verify_checkpoint(session: bytes, given: Checkpoint, trusted: Mapping[bytes, bytes]) -> Head:
    """Check a checkpoint and return the head it vouches for, to be held against the chain.

    Raises `SignatureBroken`.
    """
    try:
        vouched = Head(given.seq, bytes.fromhex(given.head))
        message = _checkpoint_message(session, vouched)
        _verify(bytes.fromhex(given.key), bytes.fromhex(given.signature), message, trusted)
    except (ValueError, OverflowError):
        raise SignatureBroken("not a checkpoint: hex or number out of shape") from None
    return vouched


def _receipt_message(of: Entry | Deposit, leaf_: bytes) -> bytes:
    return RECEIPT_TAG + of.session + of.command_id + leaf_ + of.at.to_bytes(8, "big")


def _checkpoint_message(session: bytes, vouched: Head) -> bytes:
    return CHECKPOINT_TAG + session + vouched.seq.to_bytes(8, "big") + vouched.digest


def _verify(key: bytes, signature: bytes, message: bytes, trusted: Mapping[bytes, bytes]) -> None:
    public = trusted.get(key)
    if public is None:
        raise SignatureBroken(f"signed with key {key.hex()}, which is not trusted")
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        raise SignatureBroken(f"not signed by key {key.hex()}") from None
