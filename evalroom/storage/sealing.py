"""Encryption of what lies on the disk: AES-256-GCM under a key derived for one use.

    sealed = key id[8] ‖ nonce[12] ‖ ciphertext ‖ tag[16]

The context (where the bytes belong) is authenticated and not stored: bytes moved elsewhere do not
open. Nonces are random; under one key and use, 2^32 seals keep the chance of a repeated nonce below
2^-32 (NIST SP 800-38D, 8.3), which a centre with a hundred million entries a year reaches in forty
years: rotate the key once in its life.
"""

import secrets
from collections.abc import Callable, Iterable
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_ID_BYTES: Final = 8
_NONCE_BYTES: Final = 12
_PREFIX: Final = KEY_ID_BYTES + _NONCE_BYTES


class SealBroken(Exception):
    """Sealed bytes do not open: changed, moved, cut, or sealed under a key that is not held."""


class AtRestKeys(Protocol):
    """The keys for what lies on the disk: a current one to write with, older ones to read with."""

    @property
    def current(self) -> bytes:
        """The id (8 bytes) of the key to seal with."""
        ...

    def derive(self, key_id: bytes, use: bytes) -> bytes:
        """32 bytes for this use alone. Raises KeyError when no such key is held."""
        ...


LOOKED_AT: Final = 64
"""Entries at each end of a ledger whose keys are looked at before a node serves: a foreign key file
shows at the first, one from before a rotation at the last."""


def first_not_held(keys: AtRestKeys, found: Iterable[bytes]) -> bytes | None:
    """Of the ids of keys, one that is not held."""
    for key_id in found:
        try:
            keys.derive(key_id, b"entries")
        except KeyError:
            return key_id
    return None


class Seal:
    """Seals and opens small values for one use ("entries", "snapshots")."""

    def __init__(
        self, keys: AtRestKeys, use: bytes, random: Callable[[int], bytes] = secrets.token_bytes
    ) -> None:
        self._keys = keys
        self._use = use
        self._random = random
        self._ciphers: dict[bytes, AESGCM] = {}

    def seal(self, plain: bytes, context: bytes) -> bytes:
        """Encrypt under the current key."""
        key_id = self._keys.current
        nonce = self._random(_NONCE_BYTES)
        return key_id + nonce + self._cipher(key_id).encrypt(nonce, plain, context)

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """Decrypt under the key it names. Raises `SealBroken`."""
        key_id, nonce = sealed[:KEY_ID_BYTES], sealed[KEY_ID_BYTES:_PREFIX]
        try:
            return self._cipher(key_id).decrypt(nonce, sealed[_PREFIX:], context)
        except KeyError:
            reason = f"is sealed under key {key_id.hex()}, which is not held here"
            raise SealBroken(reason) from None
        except (InvalidTag, ValueError):
            raise SealBroken(f"does not open with key {key_id.hex()}") from None

    def _cipher(self, key_id: bytes) -> AESGCM:
        # As many as there are keys on the ring, and no more: an unknown id raises.
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            cipher = self._ciphers[key_id] = AESGCM(self._keys.derive(key_id, self._use))
        return cipher
