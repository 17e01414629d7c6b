"""What surrounds every route: headers, limits, times, and answers for addresses that there are
none of.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path
from typing import get_args

import pytest

from evalroom.api.application import ROUTES
from evalroom.api.headers import STRICT
from evalroom.api.routes import MAX_JSON_BODY
from evalroom.api.serving import AT_ONCE, OF_ONE, Places
from evalroom.identity.browser import Browsers
from evalroom.sessions.refusals import Refused
from evalroom.storage.directory.accounts import Office
from tests.api.node import Browser, Node, node


@pytest.mark.rule("A32")
@pytest.mark.parametrize("path", ["/healthz", "/api/me", "/api/nowhere", "/nowhere"])
async def test_every_answer_makes_the_browser_careful(site: Node, path: str) -> None:
    headers = (await site.browser().get(path)).headers
    for name, value in STRICT.items():
        assert headers[name] == value
    assert "Strict-Transport-Security" not in headers


@pytest.mark.rule("A32")
async def test_behind_https_browsers_are_told_to_stay_there(tmp_path: Path) -> None:
    async with node(tmp_path, browsers=Browsers(("https://room.example",))) as site:
        reply = await site.browser().get("/healthz")
        assert reply.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.rule("A30")
async def test_an_address_or_method_that_there_is_none_of_is_a_problem_too(site: Node) -> None:
    browser = site.browser()
    nowhere = await browser.get("/api/nowhere")
    assert (nowhere.status, nowhere.code) == (404, "no_such_page")
    wrong = await browser.call("PUT", "/api/time")
    assert (wrong.status, wrong.code) == (405, "method_not_allowed")
    assert wrong.headers["Allow"] == "GET"


@pytest.mark.rule("A30")
async def test_each_request_has_a_number_that_a_problem_repeats(site: Node) -> None:
    browser = site.browser()
    refused = await browser.get("/api/me")
    assert refused.value["request"] == refused.headers["X-Request-Id"]
    done = await browser.get("/api/time")
    assert done.headers["X-Request-Id"] not in ("", refused.headers["X-Request-Id"])


@pytest.mark.rule("A21")
async def test_a_form_longer_than_its_limit_is_refused(site: Node) -> None:
    form = b'{"login": "' + b"x" * MAX_JSON_BODY + b'"}'
    sent = {"Content-Type": "application/json"}
    reply = await site.browser().post("/api/login", data=form, headers=sent)
    assert (reply.status, reply.code) == (413, "too_large")


BOUNDED = [one for one in ROUTES if one.body is not None and one.max_body == MAX_JSON_BODY]


@pytest.mark.rule("A21")
@pytest.mark.parametrize("over", [0, 1])
async def test_each_form_and_each_offer_is_taken_up_to_its_limit_and_not_a_byte_more(
    site: Node, over: int
) -> None:
    offices = {office: await site.at_desk(f"{office}1", office) for office in get_args(Office)}
    person = await site.at_desk("ada")
    assert {"log_in", "publish", "subscribe", "put_camera"} <= {one.name for one in BOUNDED}
    for route in BOUNDED:
        browser = next((b for name, b in offices.items() if name in route.access), person)
        path = re.sub(r"\{\w+\}", "5" * 32, route.path)
        kind = route.takes[0] if route.takes else "application/json"
        reply = await browser.call(
            route.method, path, data=b"x" * (MAX_JSON_BODY + over), headers={"Content-Type": kind}
        )
        assert (reply.code == "too_large") == (reply.status == 413) == bool(over), route.name


@pytest.mark.rule("A21")
async def test_a_form_that_stops_coming_is_given_up(
    site: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    route = next(one for one in ROUTES if one.name == "log_in")
    monkeypatch.setitem(route.__dict__, "seconds", 0.1)
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(
        b"POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Length: 100\r\n\r\n{"
    )
    assert b"503" in await reader.readline()
    writer.close()
    await writer.wait_closed()


@pytest.fixture
def one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(AT_ONCE, "quick", 1)


@pytest.mark.rule("A51")
async def test_forms_that_creep_keep_nobody_out(one_place: None, site: Node) -> None:
    head = (
        b"POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Length: 100\r\nExpect: 100-continue\r\n\r\n"
    )
    lines = [await asyncio.open_connection("127.0.0.1", site.port) for _ in range(3)]
    for reader, writer in lines:
        writer.write(head)
        # The server waits for the form from here on.
        assert b"100 Continue" in await reader.readuntil(b"\r\n\r\n")
        writer.write(b"{")
    reply = await site.browser().get("/api/time")
    assert reply.status == 200
    for _, writer in lines:
        writer.close()
        await writer.wait_closed()


@pytest.mark.rule("A21")
def test_so_many_are_served_at_once_and_the_next_is_told_to_come_back() -> None:
    assert AT_ONCE == {"quick": 640, "heavy": 4, "streams": 128}
    places = Places(2, 2)
    with ExitStack() as taken:
        taken.enter_context(places)
        taken.enter_context(places)
        with pytest.raises(Refused, match="busy"), places:
            raise AssertionError("a third place was given")
    with places:
        pass


@pytest.mark.rule("A51")
def test_one_account_has_its_share_of_the_slow_lines_and_leaves_the_rest() -> None:
    assert OF_ONE < AT_ONCE["streams"] / 2
    places = Places(3, 1)
    with places.taken_by("ada"):
        with pytest.raises(Refused, match="busy"), places.taken_by("ada"):
            raise AssertionError("more than a share was given")
        with places.taken_by("boris"):
            pass
    with places.taken_by("ada"):
        pass


@pytest.mark.rule("A31")
@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("limit=0", "query.limit"),
        ("limit=201", "query.limit"),
        ("limit=x", "query.limit"),
        ("surprise=1", "query.surprise"),
        ("limit=1&limit=2", "query.limit"),
    ],
)
async def test_a_query_with_a_slip_is_refused_by_its_place(
    secadm: Browser, query: str, where: str
) -> None:
    reply = await secadm.get(f"/api/accounts?{query}")
    assert (reply.status, reply.code) == (400, "malformed")
    assert reply.value["errors"][0]["path"] == where


@pytest.mark.rule("A31")
@pytest.mark.parametrize("path", ["/api/time", "/healthz", "/api/openapi.json"])
async def test_a_parameter_that_a_route_does_not_know_is_named(site: Node, path: str) -> None:
    reply = await site.browser().get(f"{path}?x=1")
    assert (reply.status, reply.code) == (400, "malformed")
    assert [one["path"] for one in reply.value["errors"]] == ["query.x"]


@pytest.mark.rule("A31")
@pytest.mark.parametrize(
    ("body", "path", "code", "zh"),
    [
        (b'{"login": "a", "password": "x", "m": 1}', "body.m", "unknown_field", "没有字段“m”。"),
        (b'{"login": "a"}', "body.password", "missing_field", "缺少字段“password”。"),
        (b'{"login": 1, "password": "x"}', "body.login", "wrong_type", "应为 str，而不是 int。"),
        (b'{"login": "", "password": "x"}', "body.login", "wrong_length", "长度应 >= 1。"),
        (b'{"login": "\\n", "password": "x"}', "body.login", "wrong_form", "格式不符合要求。"),
        (b"{", "body", "not_json", "不是有效的 JSON。"),
    ],
)
async def test_a_slip_is_named_by_its_field_and_in_the_readers_language(
    site: Node, body: bytes, path: str, code: str, zh: str
) -> None:
    headers = {"Content-Type": "application/json"}
    reply = await site.browser().post("/api/login", data=body, headers=headers)
    [fault] = reply.value["errors"]
    assert (fault["path"], fault["code"], fault["reason"]) == (path, code, zh)
    headers["Accept-Language"] = "en"
    reply = await site.browser().post("/api/login", data=body, headers=headers)
    [fault] = reply.value["errors"]
    assert (fault["path"], fault["code"]) == (path, code)
    assert fault["reason"].isascii() == ("field" not in code)


@pytest.mark.rule("A31")
@pytest.mark.parametrize(
    ("body", "media_type", "code"),
    [
        (b"", "application/json", "malformed"),
        (b"{", "application/json", "malformed"),
        (b"[" * 60_000, "application/json", "malformed"),
        (b'{"login": "\\ud800", "password": "x"}', "application/json", "malformed"),
        (b'{"login": "\xff", "password": "x"}', "application/json", "malformed"),
        (b'{"login": 1, "password": "x"}', "application/json", "malformed"),
        (b'{"login": "a", "password": "x", "more": 1}', "application/json", "malformed"),
        (b'{"login": "a", "password": "x"}', "text/plain", "unsupported_media_type"),
    ],
)
async def test_a_body_with_a_slip_is_refused(
    site: Node, body: bytes, media_type: str, code: str
) -> None:
    sent = {"Content-Type": media_type}
    reply = await site.browser().post("/api/login", data=body, headers=sent)
    assert reply.code == code


@pytest.mark.rule("A33")
async def test_health_readiness_and_time(tmp_path: Path) -> None:
    async def needs() -> dict[str, bool]:
        return {"ledger": ledger}

    ledger = True
    async with node(tmp_path, ready=needs) as site:
        browser = site.browser()
        assert (await browser.get("/healthz")).value == {"alive": True}
        assert (await browser.get("/readyz")).value == {
            "needs": {"ledger": True, "directory": True}
        }
        assert (await browser.get("/api/time")).value == {"now": site.clock.now}
        ledger = False
        reply = await browser.get("/readyz")
        assert (reply.status, reply.code) == (503, "not_ready")
        assert reply.value["params"] == {"missing": ["ledger"]}


@pytest.mark.rule("A39")
async def test_a_form_that_never_ends_is_given_up(
    site: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evalroom.api.call.BODY_SECONDS", 0.2)

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.02)

    headers = {"Content-Type": "application/json"}
    refused = await site.browser().post("/api/login", data=endless(), headers=headers)
    assert (refused.status, refused.code) == (400, "malformed")
    assert refused.value["errors"][0]["path"] == "body"
