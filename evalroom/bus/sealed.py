"""The envelope of every message between nodes: AES-256-GCM under a subkey of the cluster key.

    key id (8) ‖ boot id (16) ‖ counter (8, network order) ‖ ciphertext and tag

The subkey is HKDF(cluster key, boot id), the nonce the counter, and the whole header together with
the topic is authenticated: a message can be neither read nor made without the cluster key, nor be
moved to another topic. A boot id is drawn at each start, so a counter that begins again at 1 never
meets the same key twice. A counter that is not greater than the last one from that boot was heard
before, or comes too late to matter: it is dropped like what does not open, and counted.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_ID_BYTES: Final = 8
BOOT_BYTES: Final = 16
HEADER_BYTES: Final = KEY_ID_BYTES + BOOT_BYTES + 8
TAG_BYTES: Final = 16
BOOTS_KNOWN: Final = 256
"""Senders remembered: far more starts of nodes than happen while one node lives. Of a sender that
was forgotten an old message could be repeated, which the ledger's sequence then unmasks."""


class ClusterKeys(Protocol):
    """The cluster's secret keys, as far as an envelope needs them."""

    @property
    def current(self) -> bytes:
        """The id (8 bytes) of the key to seal with."""
        ...

    def derive(self, key_id: bytes, use: bytes) -> bytes:
        """A 32-byte subkey for one use. Raises KeyError when the key is not held."""
        ...


class Sealer:
    """Seals what one node sends, from one start to its end."""

    def __init__(self, keys: ClusterKeys, random: Callable[[int], bytes]) -> None:
        self.boot = random(BOOT_BYTES)
        self._keys = keys
        self._counter = 0
        self._key_id = b""
        self._cipher: AESGCM

    def seal(self, topic: str, message: bytes) -> bytes:
        """The envelope of a message under a topic; each is unlike any before it."""
        if self._key_id != self._keys.current:
            self._key_id = self._keys.current
            self._cipher = AESGCM(self._keys.derive(self._key_id, _use(self.boot)))
        self._counter += 1
        header = self._key_id + self.boot + self._counter.to_bytes(8, "big")
        return header + self._cipher.encrypt(_nonce(header), message, _bound(header, topic))


def boot_of(envelope: bytes) -> bytes:
    """Which start of which node sealed this, as far as its header can be believed."""
    return envelope[KEY_ID_BYTES : KEY_ID_BYTES + BOOT_BYTES]


class Opener:
    """Opens what other nodes sent; what it will not open it counts."""

    def __init__(self, keys: ClusterKeys) -> None:
        self._keys = keys
        self._senders: OrderedDict[bytes, _Sender] = OrderedDict()
        self.dropped = 0

    def open(self, topic: str, envelope: bytes) -> bytes | None:
        """The message, or None for one that is damaged, forged, repeated or overtaken."""
        message = self._open(topic, envelope)
        if message is None:
            self.dropped += 1
        return message

    def _open(self, topic: str, envelope: bytes) -> bytes | None:
        if len(envelope) < HEADER_BYTES + TAG_BYTES:
            return None
        header = envelope[:HEADER_BYTES]
        name = header[: KEY_ID_BYTES + BOOT_BYTES]
        sender = self._senders.get(name) or self._stranger(name)
        counter = int.from_bytes(header[-8:], "big")
        if sender is None or counter <= sender.last:
            return None
        try:
            bound = _bound(header, topic)
            message = sender.cipher.decrypt(_nonce(header), envelope[HEADER_BYTES:], bound)
        except InvalidTag:
            return None
        # Only a sender who has proved himself is remembered, or anyone could push out the others.
        sender.last = counter
        self._senders[name] = sender
        self._senders.move_to_end(name)
        if len(self._senders) > BOOTS_KNOWN:
            self._senders.popitem(last=False)
        return message

    def _stranger(self, name: bytes) -> "_Sender | None":
        key_id, boot = name[:KEY_ID_BYTES], name[KEY_ID_BYTES:]
        try:
            return _Sender(AESGCM(self._keys.derive(key_id, _use(boot))))
        except KeyError:
            return None


class _Sender:
    """A node since one of its starts: its subkey, and how far we have heard it."""

    __slots__ = ("cipher", "last")

    def __init__(self, cipher: AESGCM) -> None:
        self.cipher = cipher
        self.last = 0


def _use(boot: bytes) -> bytes:
    return b"bus/1\0" + boot


def _nonce(header: bytes) -> bytes:
    return bytes(4) + header[-8:]


def _bound(header: bytes, topic: str) -> bytes:
    return header + topic.encode()
