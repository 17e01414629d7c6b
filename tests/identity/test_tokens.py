"""Random tokens give nothing away; sealed positions open only at the door they were made for."""

import os
from collections.abc import Callable

import pytest
from hypothesis import given, strategies as st

from evalroom.identity import tokens
from evalroom.identity.keys import Purpose, SecretKeys
from evalroom.identity.tokens import POSITION_BYTES, Position, open_position, seal_position
from evalroom.sessions.refusals import Refused

SESSION, OTHER = b"s" * 16, b"o" * 16


OLD_KEY, KEY = b"1" * 32, b"2" * 32


def ring(*keys: bytes) -> SecretKeys:
    """The cluster keys of a node; the last one seals."""
    return SecretKeys(Purpose.CLUSTER, list(keys) or [OLD_KEY, KEY])


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


@pytest.mark.rule("A12")
@given(st.integers(0, 2**64 - 1), st.binary(min_size=32, max_size=32), st.binary(max_size=400))
def test_a_sealed_position_opens_to_itself_and_has_one_length(
    seq: int, head: bytes, audience: bytes
) -> None:
    token = seal_position(ring(), SESSION, audience, Position(seq, head), os.urandom)
    assert len(token) == POSITION_BYTES
    assert open_position(ring(), SESSION, audience, token) == Position(seq, head)


@pytest.mark.rule("A12")
def test_a_true_token_at_the_wrong_door_is_told_apart_from_a_forged_one() -> None:
    keys = ring()
    token = seal_position(keys, SESSION, b"member-1", Position(7, b"h" * 32), os.urandom)
    assert code_of(lambda: open_position(keys, OTHER, b"member-1", token)) == (
        "position_of_other_session"
    )
    assert code_of(lambda: open_position(keys, SESSION, b"member-2", token)) == (
        "position_of_other_audience"
    )
    forged = seal_position(
        ring(b"x" * 32), SESSION, b"member-1", Position(7, b"h" * 32), os.urandom
    )
    assert code_of(lambda: open_position(keys, SESSION, b"member-1", forged)) == "position_forged"


@pytest.mark.rule("A12")
def test_every_changed_bit_of_a_token_makes_it_forged() -> None:
    keys = ring()
    token = seal_position(keys, SESSION, b"a", Position(1, bytes(32)), os.urandom)
    for place in range(len(token) * 8):
        changed = bytearray(token)
        changed[place // 8] ^= 1 << place % 8
        with pytest.raises(Refused, match="position_forged"):
            open_position(keys, SESSION, b"a", bytes(changed))


@pytest.mark.rule("A12")
@given(st.binary(max_size=200))
def test_any_other_bytes_are_a_forged_token(token: bytes) -> None:
    assert code_of(lambda: open_position(ring(), SESSION, b"a", token)) == "position_forged"


@pytest.mark.rule("A12")
def test_a_token_of_the_former_key_still_opens_and_of_a_dropped_one_does_not() -> None:
    token = seal_position(ring(OLD_KEY), SESSION, b"a", Position(1, bytes(32)), os.urandom)
    assert open_position(ring(OLD_KEY, KEY), SESSION, b"a", token).seq == 1
    with pytest.raises(Refused, match="position_forged"):
        open_position(ring(KEY), SESSION, b"a", token)


@pytest.mark.rule("A12")
def test_the_token_shows_nothing_of_where_its_holder_stands() -> None:
    keys, nonce = ring(), lambda size: bytes(size)
    one = seal_position(keys, SESSION, b"a", Position(1, bytes(32)), nonce)
    two = seal_position(keys, SESSION, b"a", Position(2, bytes(32)), nonce)
    assert one[:21] == two[:21]
    same = sum(a == b for a, b in zip(one[21:], two[21:], strict=True))
    assert same < 8


@pytest.mark.rule("A9")
def test_the_name_of_a_device_does_not_give_its_cookie_away() -> None:
    secret = tokens.new_secret(os.urandom)
    name = tokens.device_name(secret)
    assert name.startswith("d")
    assert name == tokens.device_name(secret) != tokens.device_name(tokens.new_secret(os.urandom))
    assert secret[:8] not in name
    assert tokens.secret_hash(secret).hex()[:8] not in name


@pytest.mark.rule("A10")
@given(st.text(max_size=80))
def test_a_text_that_was_never_a_token_is_refused_by_its_form(text: str) -> None:
    assert code_of(lambda: tokens.bearer_parts(text)) == "token_unknown"


@pytest.mark.rule("A10")
def test_a_token_text_comes_apart_into_id_and_secret() -> None:
    secret = tokens.new_secret(os.urandom)
    assert tokens.bearer_parts(tokens.bearer_text("t0123456789ab", secret)) == (
        "t0123456789ab",
        secret,
    )


@pytest.mark.rule("A16")
def test_a_code_read_out_and_typed_by_hand_is_the_same_code() -> None:
    code = tokens.new_code(lambda size: bytes([1, 0, 31, 30, 17, 8, 9, 10]))
    assert code == "10ZY-H89A"
    for typed in ("10zy-h89a", "10ZYH89A", "IOzy h89a", "lozy-h89a"):
        assert tokens.code_hash(typed) == tokens.code_hash(code)
    assert tokens.code_hash("10ZY-H89B") != tokens.code_hash(code)
