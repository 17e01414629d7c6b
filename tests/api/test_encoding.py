"""Answers come as the client likes them, and never as something it did not name."""

import gzip
import zlib
from typing import Any

import msgspec
import pytest
from aiohttp.test_utils import make_mocked_request
from hypothesis import given, strategies as st

from evalroom.api.encoding import COMPRESSED_FROM, JSON, MSGPACK, _quality, encoded

VALUE = {"words": ["abc"] * COMPRESSED_FROM}


async def answer(value: Any, **headers: str) -> tuple[Any, str, str | None]:
    """The decoded body, its type and its coding."""
    sent = {name.replace("_", "-"): text for name, text in headers.items()}
    response = await encoded(make_mocked_request("GET", "/", headers=sent), value, 200)
    body, coding = response.body, response.headers.get("Content-Encoding")
    assert isinstance(body, bytes)
    if coding == "gzip":
        body = gzip.decompress(body)
    elif coding == "deflate":
        body = zlib.decompress(body)
    kind = response.headers["Content-Type"]
    read = msgspec.msgpack.decode if kind == MSGPACK else msgspec.json.decode
    return read(body), kind, coding


@pytest.mark.rule("A25")
@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("text/html, */*;q=0.1", JSON),
        ("application/*", JSON),
        (MSGPACK, MSGPACK),
        (f"{MSGPACK};q=0.5, {JSON};q=0.9", JSON),
        (f"{MSGPACK}, {JSON}", JSON),
        (f"{MSGPACK}, {JSON};q=0.9", MSGPACK),
        (f"{MSGPACK};q=0", JSON),
        ("nonsense;;;", JSON),
    ],
)
async def test_json_unless_msgpack_is_liked_better(accept: str, kind: str) -> None:
    headers = {"Accept": accept} if accept else {}
    assert await answer({"a": 1}, **headers) == ({"a": 1}, kind, None)


@pytest.mark.rule("A25")
@pytest.mark.parametrize(
    ("accept", "coding"),
    [
        ("gzip, deflate, br", "gzip"),
        ("deflate", "deflate"),
        ("gzip;q=0.1, deflate;q=0.9", "deflate"),
        ("*", "gzip"),
        ("gzip;q=0, *;q=0", None),
        ("identity", None),
        ("br", None),
        ("", None),
    ],
)
async def test_a_long_answer_is_packed_as_the_client_can_unpack_it(
    accept: str, coding: str | None
) -> None:
    headers = {"Accept_Encoding": accept} if accept else {}
    assert await answer(VALUE, **headers) == (VALUE, JSON, coding)


@pytest.mark.rule("A25")
async def test_a_short_answer_stays_as_it_is() -> None:
    assert await answer({"a": 1}, Accept_Encoding="gzip") == ({"a": 1}, JSON, None)


@given(st.text(max_size=200))
def test_no_header_confuses_the_choice(header: str) -> None:
    for wanted in (JSON, MSGPACK, "gzip"):
        assert 0 <= _quality(header, wanted) <= 1
