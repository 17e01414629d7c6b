"""Logs are lines of JSON that nothing secret can get into, whoever writes it."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from evalroom.api import configure_logs
from evalroom.api.log_pipe import LogPipe
from evalroom.api.logs import ALLOWED, MAX_CHARACTERS, _requests
from evalroom.sessions.refusals import Refused
from tests.api.node import Node
from tests.identity.parts import PASSWORD

SECRETS = ("93.5", "王艳", PASSWORD, "evalroom_login=", "secret-title")


class Log:
    """What has been written by now, of all that was logged."""

    def __init__(self, stream: io.StringIO, pipe: LogPipe) -> None:
        self._stream = stream
        self._pipe = pipe

    def getvalue(self) -> str:
        self._pipe.flush()
        return self._stream.getvalue()


@pytest.fixture
def written() -> Iterator[Log]:
    """What is logged, with the process's own logging put back afterwards."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers, root.level
    access = logging.getLogger("aiohttp.access").level
    pipe = configure_logs(stream)
    yield Log(stream, pipe)
    pipe.close()
    root.handlers, root.level = handlers, level
    root.setLevel(level)
    logging.getLogger("aiohttp.access").setLevel(access)


def lines(stream: Log) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.rule("A37")
async def test_a_request_leaves_a_line_with_its_route_and_outcome(site: Node, written: Log) -> None:
    browser = await site.at_desk("ada")
    reply = await browser.get("/api/me")
    await browser.get("/api/venues")
    mine = [line for line in lines(written) if line.get("event") == "request"]
    done, refused = mine[-2:]
    assert done["request"] == reply.headers["X-Request-Id"]
    assert (done["route"], done["status"], done["code"]) == ("who_am_i", 200, "")
    assert done["account"] == reply.value["account"]
    assert done["time"].endswith("Z")
    assert (refused["status"], refused["code"]) == (403, "not_your_office")


@pytest.mark.rule("A37")
async def test_no_score_name_or_password_reaches_the_logs(
    site: Node, written: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    secadm = await site.at_desk("secadm", "security")
    form = {"login": "wang", "name": "王艳", "password": PASSWORD}
    await secadm.post("/api/accounts", json=form)
    await secadm.post("/api/accounts", json={**form, "surprise": "93.5"})
    await secadm.get("/api/accounts?after=secret-title")
    await secadm.get("/api/sessions/93.5/view")
    await secadm.post("/api/login", json={"login": PASSWORD, "password": "王艳"})

    async def broken(*_: object) -> None:
        raise ValueError("93.5 of 王艳 for secret-title")

    monkeypatch.setattr(site.parts.registry, "add", broken)
    failed = await secadm.post("/api/accounts", json=form)
    assert failed.status == 500
    text = written.getvalue()
    assert "ValueError at" in text
    for secret in SECRETS:
        assert secret not in text
    for line in lines(written):
        assert set(line) <= set(ALLOWED)


@pytest.mark.rule("A37")
def test_a_key_that_is_not_on_the_list_does_not_get_through(written: Log) -> None:
    _requests.info("request", score="93.5", name="王艳", request={"password": PASSWORD}, ms=1.5)
    (line,) = lines(written)
    assert (line["request"], line["ms"]) == ("dict", 1.5)
    for secret in SECRETS:
        assert secret not in written.getvalue()


@pytest.mark.rule("A37")
def test_a_library_is_quoted_by_the_form_of_its_message_only(written: Log) -> None:
    library = logging.getLogger("some.library")
    library.warning("could not send %s", "93.5")
    library.warning(f"could not send {SECRETS[0]}")  # what careless libraries do
    try:
        raise Refused("x", score="93.5")
    except Refused:
        library.exception("it failed for %s", "王艳")
    first, second, third = lines(written)
    assert first["event"] == "could not send …"
    assert second["event"] == "(a library's message without a form)"
    assert (third["error"], third["event"]) == ("Refused", "it failed for …")
    assert "test_logs.py" in third["where"]
    for secret in SECRETS:
        assert secret not in written.getvalue()


@pytest.mark.rule("A37")
def test_our_own_sentences_are_kept_up_to_a_length(written: Log) -> None:
    logging.getLogger("evalroom.room").warning("bug %s while %s", "ab12", "x" * 1000)
    (line,) = lines(written)
    assert line["event"].startswith("bug ab12 while xxx")
    assert len(line["event"]) == MAX_CHARACTERS + 1
    assert (line["level"], line["logger"]) == ("warning", "evalroom.room")


@pytest.mark.rule("A37")
def test_a_librarys_sentence_shows_where_a_value_stood_and_not_how_it_is_written(
    written: Log,
) -> None:
    library = logging.getLogger("some.library")
    library.warning("it took %(took).2f, %(took)-5r", {"took": 93.5})
    library.warning("%s took %.3f of %d %%", "a", 93.5, 4)
    first, second = [line["event"] for line in lines(written)]
    assert (first, second) == ("it took …, …", "… took … of … %")


@pytest.mark.rule("A37")
def test_a_line_may_say_which_account_and_socket_it_is_about_and_nothing_else(
    written: Log,
) -> None:
    about = {"account": "a1", "socket": "s1", "score": "93.5"}
    logging.getLogger("evalroom.signaling").warning("malformed", extra=about)
    (line,) = lines(written)
    assert (line["account"], line["socket"]) == ("a1", "s1")
    assert "93.5" not in written.getvalue()
