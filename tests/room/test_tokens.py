"""Tokens name a place in a session for one audience."""

from itertools import combinations

import pytest

from evalroom.identity.tokens import POSITION_BYTES
from evalroom.room.tokens import Tokens, name_of
from evalroom.sessions.refusals import Refused
from evalroom.sessions.visibility import Audience
from evalroom.storage.entry import Head
from tests.room.parts import some_keys

MEMBER = Audience(member="m1", roles=(), venue=None)
HEAD = Head(7, bytes(range(32)))
ODD = [
    MEMBER,
    Audience(member="m2", roles=(), venue=None),
    Audience(member=None, roles=("witness",), venue=None),
    Audience(member=None, roles=("witness",), venue="main"),
    Audience(member=None, roles=("center_staff", "witness"), venue="main"),
]


def tokens(session: int = 1, seed: int = 1) -> Tokens:
    return Tokens(some_keys(seed).cluster, session.to_bytes(16, "big"), lambda size: bytes(size))


def refused(where: Tokens, audience: Audience, token: bytes) -> str:
    with pytest.raises(Refused) as error:
        where.open(audience, token)
    return error.value.code


@pytest.mark.rule("R12")
def test_a_token_says_where_its_holder_stood() -> None:
    sealed = tokens().seal(MEMBER, HEAD)
    assert tokens().open(MEMBER, sealed) == HEAD
    assert len(sealed) == POSITION_BYTES


@pytest.mark.rule("R12")
def test_a_token_opens_no_other_door() -> None:
    sealed = tokens().seal(MEMBER, HEAD)
    assert refused(tokens(session=2), MEMBER, sealed) == "token_invalid"
    assert refused(tokens(seed=2), MEMBER, sealed) == "token_invalid"
    assert refused(tokens(), ODD[1], sealed) == "stale_token"
    assert refused(tokens(), MEMBER, sealed + b"x") == "token_invalid"


@pytest.mark.rule("R12")
def test_no_two_audiences_have_one_name() -> None:
    assert all(name_of(one) != name_of(other) for one, other in combinations(ODD, 2))
