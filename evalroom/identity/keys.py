"""The server's own keys: what they are for, which one is current, how a rotation works.

Three purposes, never mixed: `cluster` seals what nodes say to each other and the tokens that
clients bring back; `signing` (Ed25519) signs receipts and checkpoints; `at_rest` encrypts what lies
on the disk. Each has a current key and keeps its older ones, so that what was written can be read.

A secret key's id is derived from it; a signing key's id is the start of the SHA-256 of its public
half, so that anybody can name it.
"""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nacl.bindings import crypto_sign, crypto_sign_BYTES, crypto_sign_seed_keypair

from evalroom.identity.key_file import (
    KEY_BYTES,
    MAX_KEYS,
    KeysUnusable,
    Purpose,
    StoredKey,
    StoredKeys,
    alone_in,
    fresh,
    in_our_words,
    read,
    write,
)

__all__ = ["KeyRing", "KeysUnusable", "Purpose", "SecretKeys", "SigningKey", "SigningKeys"]

KEY_ID_BYTES: Final = 8

FILE: Final = "keys.json"
"""The name of the file in the data folder."""


class SecretKeys:
    """The secret keys of one purpose: a current one to seal with, all of them to open with."""

    def __init__(self, purpose: Purpose, keys: list[bytes]) -> None:
        """`keys` are 32 bytes each, the newest last; at least one."""
        self._info = f"evalroom/{purpose}/1\0".encode()
        self._keys: dict[bytes, bytes] = {}
        for key in keys:
            self.add(key)

    @property
    def current(self) -> bytes:
        """The id (8 bytes) of the newest key."""
        return self._current

    @property
    def ids(self) -> tuple[bytes, ...]:
        """All ids, oldest first."""
        return tuple(self._keys)

    def derive(self, key_id: bytes, use: bytes) -> bytes:
        """32 bytes for one use: HKDF-SHA256 of a key. Raises KeyError when it is not held."""
        return _derived(self._keys[key_id], self._info + use)

    def add(self, key: bytes) -> bytes:
        """Make a key the current one and return its id."""
        key_id = _derived(key, b"evalroom/key-id/1\0" + self._info)[:KEY_ID_BYTES]
        self._keys[key_id] = key
        self._current = key_id
        return key_id


class SigningKey:
    """One Ed25519 key: signs, and shows its public half."""

    def __init__(self, seed: bytes, since: int) -> None:
        """`since`: server time (ms) from which it is the one that signs."""
        # libsodium signs in three fifths of the time of OpenSSL: the largest piece of a command.
        self.public, self._private = crypto_sign_seed_keypair(seed)
        self.key_id = hashlib.sha256(self.public).digest()[:KEY_ID_BYTES]
        self.since = since

    def sign(self, message: bytes) -> bytes:
        """64 bytes, the same for the same message."""
        return crypto_sign(message, self._private)[:crypto_sign_BYTES]


class SigningKeys:
    """The signing keys, each in force from a moment on."""

    def __init__(self, keys: list[SigningKey]) -> None:
        """Oldest first; at least one."""
        self._keys = list(keys)

    def at(self, time: int) -> SigningKey:
        """The key that signs at a server time (ms).

        An entry's own time chooses its key, so that a receipt rebuilt after a rotation is the
        same to the byte.
        """
        for key in reversed(self._keys):
            if key.since <= time:
                return key
        return self._keys[0]

    @property
    def all(self) -> tuple[SigningKey, ...]:
        """Every key there has been, oldest first."""
        return tuple(self._keys)

    @property
    def public(self) -> Mapping[bytes, bytes]:
        """Key id → public key (32 bytes), oldest first: what is published outside as trusted."""
        return {key.key_id: key.public for key in self._keys}

    def add(self, key: SigningKey) -> bytes:
        """Put a newer key in force from its `since` on and return its id."""
        self._keys.append(key)
        return key.key_id


class KeyRing:
    """All keys of this server, and the file they live in."""

    def __init__(self, path: Path, stored: StoredKeys) -> None:
        """Use `load_or_create`."""
        self._path = path
        self.cluster = SecretKeys(Purpose.CLUSTER, [key.raw for key in stored.cluster])
        self.at_rest = SecretKeys(Purpose.AT_REST, [key.raw for key in stored.at_rest])
        self.signing = SigningKeys([SigningKey(key.raw, key.since) for key in stored.signing])

    @classmethod
    def load_or_create(
        cls, folder: Path, random: Callable[[int], bytes] = secrets.token_bytes
    ) -> "KeyRing":
        """The keys in `folder`; made at the first start, durably, for the owner's eyes only.

        Blocks on the disk. Raises `KeysUnusable`.
        """
        path = folder / FILE
        with in_our_words(path):
            stored = read(path)
            if stored is None:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                with alone_in(folder):
                    # Another process may have been first.
                    stored = read(path) or write(path, fresh(random))
        return cls(path, stored)

    def rotate(
        self, purpose: Purpose, since: int, random: Callable[[int], bytes] = secrets.token_bytes
    ) -> bytes:
        """Add a key, durably, and return its id. Older keys stay, to read and to verify with.

        A secret key is current at once. A signing key signs from server time `since` (ms) on: for
        several nodes choose a moment by which all of them have the file. Other nodes, and other
        processes, see the new key when they next load the file. Blocks on the disk. Raises
        `KeysUnusable`; ValueError for a `since` before that of the newest key.
        """
        with in_our_words(self._path), alone_in(self._path.parent):
            stored = read(self._path)
            if stored is None:
                raise KeysUnusable(self._path, "was there at the start and is gone")
            keys = getattr(stored, purpose)
            if len(keys) >= MAX_KEYS:
                raise KeysUnusable(self._path, f"holds {MAX_KEYS} keys for {purpose} already")
            if since < keys[-1].since:
                raise ValueError("a key cannot come into force before an older one")
            keys.append(StoredKey(random(KEY_BYTES).hex(), since))
            write(self._path, stored)
        return self._add(purpose, keys[-1])

    def _add(self, purpose: Purpose, key: StoredKey) -> bytes:
        if purpose is Purpose.SIGNING:
            return self.signing.add(SigningKey(key.raw, key.since))
        secret = self.cluster if purpose is Purpose.CLUSTER else self.at_rest
        return secret.add(key.raw)


def _derived(key: bytes, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=info).derive(key)
