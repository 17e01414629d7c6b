"""Whatever is sent, the answer is one of those described, never a bug of ours, and a refusal
changes nothing.
"""

import asyncio
import re
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import Connection, select
from yarl import URL

from evalroom.api.application import ROUTES
from evalroom.api.routes import Route
from evalroom.storage.directory.schema import audit, logins, metadata
from tests.api.node import Browser, Node, node

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner),
    max_leaves=10,
)
PLAUSIBLE = st.sampled_from(["x", "system", "a long password", "a000000000000", "5" * 32, 1, []])

OFFERS = st.lists(
    st.sampled_from(["v=0", "m=video 9 UDP/TLS/RTP/SAVPF 96", "a=rtpmap:96 VP8/90000"])
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    max_size=6,
).map("\r\n".join)


def bodies(route: Route) -> st.SearchStrategy[Any]:
    """Bytes, any JSON, and JSON with the right names and now and then the right values."""
    loose = st.binary(max_size=60) | JSON_VALUES
    if route.body is None:
        return loose
    if route.body is str:
        return loose | OFFERS.map(str.encode)
    values = JSON_VALUES | PLAUSIBLE | PLAUSIBLE
    fields = {field.encode_name: values for field in msgspec.structs.fields(route.body)}
    return loose | st.fixed_dictionaries({}, optional=fields) | st.fixed_dictionaries(fields)


TYPES = st.sampled_from(
    ["application/json", "application/sdp", "text/plain", "application/pdf", "", "a/b; c=d"]
)
PARTS = PLAUSIBLE.filter(lambda part: isinstance(part, str)).map(str) | st.text(
    st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12
)
QUERIES = st.dictionaries(
    st.sampled_from(["limit", "after", "scope", "title"]) | st.text(max_size=5),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    max_size=3,
)
HEADERS = st.dictionaries(
    st.sampled_from(
        ["Accept", "Accept-Language", "Accept-Encoding", "Range", "If-Range", "X-Forwarded-For"]
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30),
    max_size=3,
)
FUZZED = [
    route for route in ROUTES if route.name not in ("log_out", "check_tender", "upload_document")
]


RIGHT = {"anyone": 0, "system": 1, "security": 2, "system or security": 2, "security or audit": 2}


class Bench:
    """A node and three browsers on a loop that Hypothesis can call into."""

    def __init__(self, folder: Path) -> None:
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.node: Node = self.runner.run(self.stack.enter_async_context(node(folder)))
        self.browsers: list[Browser] = self.runner.run(self._browsers())

    async def _browsers(self) -> list[Browser]:
        site = self.node
        return [
            site.browser(),
            await site.at_desk("sysadm", "system"),
            await site.at_desk("secadm", "security"),
        ]

    def ask(self, browser: Browser, route: Route, **sent: Any) -> tuple[int, bool]:
        """The status, and whether the tables are as they were."""
        return self.runner.run(self._ask(browser, route, **sent))

    async def _ask(
        self, browser: Browser, route: Route, parts: list[str], query: Any, **sent: Any
    ) -> tuple[int, bool]:
        left = iter(parts)
        path = re.sub(r"\{\w+\}", lambda _: quote(next(left), safe=""), route.path)
        url = URL(self.node.url + path, encoded=True).update_query(query)
        before = await self.node.parts.directory.read(kept)
        headers = {"Origin": self.node.url, **sent.pop("headers")}
        async with browser.http.request(route.method, url, headers=headers, **sent) as response:
            await response.read()
        after = await self.node.parts.directory.read(kept)
        return response.status, before == after

    def close(self) -> None:
        self.runner.run(self.stack.aclose())
        self.runner.close()


def kept(connection: Connection) -> list[Any]:
    """Everything in the directory but what a refused log-in and the passing of time write."""
    tables = (table for table in metadata.sorted_tables if table not in (audit, logins))
    return [tuple(connection.execute(select(table)).all()) for table in tables]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    made = Bench(tmp_path_factory.mktemp("fuzz"))
    yield made
    made.close()


@pytest.mark.rule("A31")
@pytest.mark.timeout(120)
@settings(
    max_examples=300,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    st.data(),
    st.sampled_from(FUZZED),
    st.lists(PARTS, min_size=3, max_size=3),
    QUERIES,
    HEADERS,
)
def test_nothing_that_is_sent_is_a_bug_and_a_refusal_changes_nothing(
    bench: Bench,
    data: st.DataObject,
    route: Route,
    parts: list[str],
    query: dict[str, str],
    headers: dict[str, str],
) -> None:
    who = data.draw(st.sampled_from([RIGHT.get(route.access, 1)] * 3 + [0, 1, 2, 3]))
    if who == 3:
        who = 0
        strange = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)
        headers = headers | {"Authorization": data.draw(strange), "Cookie": data.draw(strange)}
    sent: dict[str, Any] = {}
    if route.method != "GET":
        body = data.draw(bodies(route))
        if isinstance(body, bytes):
            sent = {"data": body}
            headers = {**headers, "Content-Type": data.draw(TYPES)}
        else:
            sent = {"json": body}
    status, same = bench.ask(
        bench.browsers[who], route, parts=parts, query=query, headers=headers, **sent
    )
    assert status < 500
    if status >= 400:
        assert same
