"""Whose address counts when a proxy stands in between."""

import pytest
from aiohttp.test_utils import make_mocked_request
from hypothesis import given, strategies as st
from multidict import CIMultiDict

from evalroom.api.addresses import Addresses

PROXY, CLIENT, LIAR = "10.0.0.1", "198.51.100.7", "203.0.113.66"


def seen(peer: str, *forwarded: str, trusted: tuple[str, ...] = ("10.0.0.0/8",)) -> str:
    headers = CIMultiDict([("X-Forwarded-For", one) for one in forwarded])
    request = make_mocked_request("GET", "/", headers=headers).clone(remote=peer)
    return Addresses(trusted).of(request)


@pytest.mark.rule("A5")
def test_the_hop_before_a_trusted_proxy_is_the_client() -> None:
    assert seen(PROXY, CLIENT) == CLIENT
    assert seen(PROXY, f"{CLIENT}, 10.9.9.9") == CLIENT
    assert seen(PROXY, CLIENT, "10.9.9.9") == CLIENT


@pytest.mark.rule("A5")
def test_nobody_else_may_say_where_he_comes_from() -> None:
    assert seen(LIAR, CLIENT) == LIAR
    assert seen(PROXY, f"{CLIENT}, {LIAR}") == LIAR
    assert seen(PROXY, CLIENT, trusted=()) == PROXY


@pytest.mark.rule("A5")
@pytest.mark.parametrize("header", ["", "unknown", "a, b", ",,,", "1.2.3.4.5", f"{CLIENT}, x"])
def test_what_is_no_address_ends_the_chain(header: str) -> None:
    assert seen(PROXY, header) == PROXY


@given(st.text(max_size=300))
def test_no_header_confuses_the_reader(header: str) -> None:
    assert seen(PROXY, header)
