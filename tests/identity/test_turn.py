"""Names and passwords for relays."""

import base64
import hashlib
import hmac

import pytest

from evalroom.identity.turn import LIFE_SECONDS, Turn

TURN = Turn(("turn:relay.example",), "a secret of some length")


@pytest.mark.rule("M125")
def test_a_password_is_what_the_relay_reckons_too() -> None:
    name, password, until = TURN.credentials("a1", 1_000_500)
    assert (name, until) == (f"{1_000 + LIFE_SECONDS}:a1", (1_000 + LIFE_SECONDS) * 1_000)
    reckoned = hmac.new(b"a secret of some length", name.encode(), hashlib.sha1).digest()
    assert base64.b64decode(password) == reckoned


@pytest.mark.rule("M125")
def test_the_secret_is_not_printed() -> None:
    assert "secret" not in repr(TURN)
