"""The stock Python client, `python-socketio`, on a whole node."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

import socketio
from evalroom.wire.messages import NAMESPACE, PROTOCOL
from tests.rehearsal.house import company, config, house
from tests.sessions.cast import small_tender


@pytest.mark.slow(60)
@pytest.mark.rule("K44")
async def test_the_stock_python_client_joins_acts_and_is_told(tmp_path: Path) -> None:
    async with house(config(tmp_path / "data")) as home, company(home, small_tender()) as people:
        browser = people.people.browsers["witness"]
        found = await browser.get(f"/api/sessions/{people.session}/view")
        client = socketio.AsyncClient(
            reconnection=False,
            serializer="msgpack",
            handle_sigint=False,
            http_session=browser.http,
        )
        told: list[Any] = []
        marked = asyncio.Event()
        client.on("changes", told.extend, namespace=NAMESPACE)
        client.on("mark", lambda _mark: marked.set(), namespace=NAMESPACE)
        await client.connect(
            browser.url,
            headers={"Origin": browser.url},
            auth={"protocol": PROTOCOL, "session": people.session, "token": found["token"]},
            transports=["websocket"],
            namespaces=[NAMESPACE],
        )
        try:
            await marked.wait()
            message = {"id": b"r" * 16, "name": "RecordRemark", "args": {"text": "一切正常"}}
            answer = await client.call("command", message, namespace=NAMESPACE)
            assert answer["ok"], answer
            assert any("一切正常" in str(event) for event in told)
        finally:
            await client.disconnect()
