"""The built web client as a browser gets it: pages, scripts, copies, what may not run in them."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from evalroom.api.web_client import FOR_EVER, is_page
from tests.api.node import Node, node

PAGE = b"<!doctype html><title>EvalRoom</title>"
SCRIPT = b"export const room = 1\n"
BROTLI = b"as brotli says it"
NAME = "/assets/index-Ab3_9.js"


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Node]:
    """A node with a small client: a page, a script with both copies, a picture."""
    static = tmp_path / "static"
    (static / "assets").mkdir(parents=True)
    (static / "index.html").write_bytes(PAGE)
    (static / "mark.svg").write_bytes(b"<svg/>")
    (static / ".built-from").write_text("digest")
    script = static / NAME[1:]
    script.write_bytes(SCRIPT)
    script.with_name(script.name + ".gz").write_bytes(gzip.compress(SCRIPT))
    script.with_name(script.name + ".br").write_bytes(BROTLI)
    async with node(tmp_path) as running:
        yield running


@pytest.mark.rule("A44")
@pytest.mark.parametrize("path", ["/", "/login", "/s/0123/expert", "/admin/sessions?x=a.b"])
async def test_every_address_of_a_page_begins_with_the_one_page(served: Node, path: str) -> None:
    reply = await served.browser().get(path)
    assert (reply.status, reply.body) == (200, PAGE)
    assert reply.headers["Content-Type"] == "text/html; charset=utf-8"
    assert reply.headers["Cache-Control"] == "no-cache"


@pytest.mark.rule("A44")
@pytest.mark.parametrize(
    "path",
    [
        "/api/nothing",
        "/assets/index-old.js",
        "/socket.io",
        "/whip/x",
        "/metrics",
        "/robots.txt",
        "/.built-from",
        "/assets/index-Ab3_9.js.gz",
    ],
)
async def test_what_is_no_page_and_no_file_of_the_client_is_nowhere(
    served: Node, path: str
) -> None:
    reply = await served.browser().get(path)
    assert (reply.status, reply.code) == (404, "no_such_page")


@pytest.mark.rule("A44")
@pytest.mark.parametrize(
    "path",
    ["/..%2fledger.sqlite", "/assets/..%2f..%2fledger.sqlite", "/%2e%2e/x.js", "/assets%00/x.js"],
)
async def test_no_path_reaches_the_disk(served: Node, path: str) -> None:
    async with served.browser().http.get(URL(served.url + path, encoded=True)) as reply:
        assert reply.status in {400, 404}


@pytest.mark.rule("A44")
async def test_a_page_may_be_looked_at_but_not_written_to(served: Node) -> None:
    browser = served.browser()
    assert (await browser.call("HEAD", "/login")).status == 200
    assert (await browser.post("/login")).status in {404, 405}


@pytest.mark.rule("A44")
async def test_a_file_with_a_hash_in_its_name_is_kept_for_ever(served: Node) -> None:
    reply = await served.browser().get(NAME)
    assert reply.headers["Cache-Control"] == FOR_EVER
    assert reply.headers["Content-Type"] == "text/javascript; charset=utf-8"
    mark = await served.browser().get("/mark.svg")
    assert mark.headers["Cache-Control"] == "no-cache"
    assert mark.headers["Content-Type"] == "image/svg+xml"


@pytest.mark.rule("A44")
async def test_a_browser_that_has_the_page_is_told_that_it_is_still_so(served: Node) -> None:
    browser = served.browser()
    etag = (await browser.get("/")).headers["ETag"]
    again = await browser.get("/s/0123", headers={"If-None-Match": f'"other", {etag}'})
    assert (again.status, again.body) == (304, b"")
    assert again.headers["ETag"] == etag
    assert (await browser.get("/", headers={"If-None-Match": '"other"'})).status == 200


@pytest.mark.rule("A44")
@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate", "gzip"),
        ("GZIP;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br ; q=0.000, identity", None),
        ("identity", None),
        ("", None),
    ],
)
async def test_a_browser_gets_the_copy_that_it_can_unpack(
    served: Node, accepted: str, coding: str | None
) -> None:
    reply = await served.browser().get(NAME, headers={"Accept-Encoding": accepted})
    assert reply.headers.get("Content-Encoding") == coding
    assert reply.headers["Vary"] == "Accept-Encoding"
    # The test's own browser has unpacked it already.
    assert reply.body == SCRIPT


@pytest.mark.rule("A44")
async def test_the_smaller_copy_is_chosen_before_the_other(served: Node) -> None:
    async with aiohttp.ClientSession(auto_decompress=False) as browser:
        sent = {"Accept-Encoding": "gzip, br"}
        async with browser.get(served.url + NAME, headers=sent) as reply:
            assert reply.headers["Content-Encoding"] == "br"
            assert await reply.read() == BROTLI


@pytest.mark.rule("A32", "A45")
async def test_no_foreign_script_style_or_frame_runs_in_a_page(served: Node) -> None:
    for path in ("/", NAME):
        headers = (await served.browser().get(path)).headers
        policy = dict(
            part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";")
        )
        assert policy["default-src"] == "'none'"
        assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert policy["style-src"] == policy["connect-src"] == "'self'"
        for words in policy.values():
            assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:", "http:"} & set(
                words.split()
            )
        assert "data:" not in policy["script-src"]
        assert "camera=(self)" in headers["Permissions-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"]


@pytest.mark.parametrize(
    ("path", "page"),
    [("", True), ("s/1/expert", True), ("apix", True), ("api", False), ("monitor", False)],
)
def test_what_machines_ask_for_is_no_page(path: str, page: bool) -> None:
    assert is_page(path) is page
