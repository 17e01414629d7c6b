"""Behind a proxy: whose address counts when somebody tries passwords."""

import sqlite3
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest

from evalroom.app import node
from evalroom.app.folder import DIRECTORY
from evalroom.config import Address, Config
from evalroom.identity.passwords import Passwords
from tests.identity.parts import QUICK

ANYWHERE = Address("127.0.0.1", 0)
VENUE = "203.0.113.7"


@pytest.mark.parametrize(
    ("trusted", "noted"), [(("127.0.0.1/32",), VENUE), (("10.0.0.0/8",), "127.0.0.1")]
)
async def test_an_address_is_what_a_trusted_proxy_says_and_nobody_else(
    tmp_path: Path, trusted: tuple[str, ...], noted: str
) -> None:
    passwords = Passwords(QUICK, threads=1)
    config = Config(listen=ANYWHERE, metrics=None, data=tmp_path, trusted_proxies=trusted)
    try:
        async with (
            node(config, passwords=passwords) as running,
            aiohttp.ClientSession(headers={"X-Forwarded-For": VENUE}) as proxy,
        ):
            form = {"login": "nobody", "password": "a guess or two"}
            async with proxy.post(f"{running.url}/api/login", json=form) as answer:
                assert answer.status == 401
    finally:
        passwords.close()
    assert audited(tmp_path / DIRECTORY) == [noted]


def audited(directory: Path) -> list[str]:
    """Addresses in the audit log, oldest first."""
    with closing(sqlite3.connect(directory)) as database:
        rows = database.execute("select address from audit where act = 'log_in' order by id")
        return [address for (address,) in rows]
