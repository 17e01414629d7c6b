"""Tokens: random ones that are looked up by their hash, and sealed ones that say where a reader
stood.

A random token is a secret of 32 bytes; only its SHA-256 is stored. A device is named by a hash
of its cookie, so that the name may stand in a record without giving the cookie away.

A sealed position is what `mark` and the view carry: (session, audience, seq, head) under the
cluster key. It says nothing to its holder, has one length whatever it holds, and any node opens
it without having stored anything.
"""

import hashlib
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from msgspec import Struct

from evalroom.sessions.refusals import Refused

Random = Callable[[int], bytes]

SECRET_BYTES: Final = 32
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_BEARER = re.compile(r"er1\.(t[0-9a-f]{12})\.([A-Za-z0-9_-]{43})")

# Crockford's 32 signs: no I, L, O or U, so that a code read out over the telephone is typed right.
_CODE_SIGNS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_AS_MEANT: Final = str.maketrans("ILO", "110")
CODE_LENGTH: Final = 8


def new_secret(random: Random) -> str:
    """A random token as it is handed out: 43 URL-safe characters."""
    return urlsafe_b64encode(random(SECRET_BYTES)).rstrip(b"=").decode()


def is_secret(text: str) -> bool:
    """Whether a text has the form of a token that was handed out here."""
    return _SECRET.fullmatch(text) is not None


def secret_hash(secret: str) -> bytes:
    """What is stored of a token; 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).digest()


def device_name(secret: str) -> str:
    """The name of the browser that holds this device cookie, fit for records."""
    return "d" + hashlib.sha256(b"evalroom device\0" + secret.encode()).hexdigest()[:24]


def bearer_text(bearer: str, secret: str) -> str:
    """What a program sends after `Bearer`: an id to find it by, and the secret."""
    return f"er1.{bearer}.{secret}"


def bearer_parts(text: str) -> tuple[str, str]:
    """The id and the secret. Raises `Refused("token_unknown")` for anything never handed out."""
    found = _BEARER.fullmatch(text)
    if found is None:
        raise Refused("token_unknown")
    return found[1], found[2]


def new_code(random: Random) -> str:
    """A pairing code that people can read out: 40 random bits, once, for a short time,
    throttled.
    """
    signs = "".join(_CODE_SIGNS[byte & 31] for byte in random(CODE_LENGTH))
    return f"{signs[:4]}-{signs[4:]}"


def code_hash(code: str) -> bytes:
    """What is stored of a pairing code; case, hyphens and look-alikes make no difference."""
    meant = code.upper().replace("-", "").replace(" ", "").translate(_AS_MEANT)
    return hashlib.sha256(b"evalroom pairing\0" + meant.encode()).digest()


def network(address: str) -> str:
    """What counts as one address: a household or a host gets a whole /64 of IPv6."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(IPv6Address(int(parsed) >> 64 << 64))
    return str(parsed)


class ClusterKeys(Protocol):
    """The keys that all nodes share: a current one to seal with, older ones to open with."""

    @property
    def current(self) -> bytes:
        """The id (8 bytes) of the key to seal with."""
        ...

    def derive(self, key_id: bytes, use: bytes) -> bytes:
        """32 bytes for this use alone. Raises KeyError when no such key is held."""
        ...


class Position(Struct, frozen=True):
    """Where a reader stands in a session's ledger: the entry he has seen last and the chain's
    head there.
    """

    seq: int
    head: bytes


_USE: Final = b"positions"
_VERSION: Final = b"\x01"
_KEY_ID: Final = 8
_NONCE: Final = 12
_PREFIX: Final = len(_VERSION) + _KEY_ID + _NONCE
_TAG: Final = 16
POSITION_BYTES: Final = _PREFIX + 16 + 32 + 8 + 32 + _TAG


def seal_position(
    keys: ClusterKeys, session: bytes, audience: bytes, position: Position, random: Random
) -> bytes:
    """The token for a reader of `session` (16 bytes) who belongs to `audience` (any bytes that
    name it).
    """
    key_id = keys.current
    nonce = random(_NONCE)
    plain = (
        session
        + hashlib.sha256(audience).digest()
        + position.seq.to_bytes(8, "big")
        + position.head
    )
    # SIV, because nodes draw nonces at random, many a second for years: a repeated one would
    # show at most that two tokens are equal, where GCM would lose the key.
    cipher = AESGCMSIV(keys.derive(key_id, _USE))
    return _VERSION + key_id + nonce + cipher.encrypt(nonce, plain, _VERSION + key_id)


def open_position(keys: ClusterKeys, session: bytes, audience: bytes, token: bytes) -> Position:
    """Where the holder of `token` stood.

    Raises `Refused("position_forged")` for what no node of this cluster sealed,
    `Refused("position_of_other_session")` and `Refused("position_of_other_audience")` for a
    true token shown at the wrong door.
    """
    plain = _opened(keys, token)
    if plain[:16] != session:
        raise Refused("position_of_other_session")
    if plain[16:48] != hashlib.sha256(audience).digest():
        raise Refused("position_of_other_audience")
    return Position(int.from_bytes(plain[48:56], "big"), plain[56:])


def _opened(keys: ClusterKeys, token: bytes) -> bytes:
    if len(token) != POSITION_BYTES or token[:1] != _VERSION:
        raise Refused("position_forged")
    key_id, nonce = token[1 : 1 + _KEY_ID], token[1 + _KEY_ID : _PREFIX]
    try:
        cipher = AESGCMSIV(keys.derive(key_id, _USE))
        return cipher.decrypt(nonce, token[_PREFIX:], _VERSION + key_id)
    except (KeyError, InvalidTag):
        raise Refused("position_forged") from None
