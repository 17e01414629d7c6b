"""Real parts, small: a clock that stands still, argon2 with little work, a directory in a
folder of its own.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from argon2 import PasswordHasher
from msgspec import Struct

from evalroom.identity.browser import Browsers, Credentials
from evalroom.identity.doorkeeper import Doorkeeper, Entered, Lifetimes
from evalroom.identity.passwords import Passwords
from evalroom.identity.registry import Author, Registry
from evalroom.storage.directory import Directory

ORIGIN = "http://127.0.0.1:8080"
PASSWORD = "three blind mice"
HERE = "192.0.2.7"
CONSOLE = Author()

# The real algorithm with the least work it accepts: a test waits for its rule, not for the hash.
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class StillClock:
    """Time moves when a test says so."""

    def __init__(self, now: int = 1_750_000_000_000) -> None:
        self.now = now

    def wall(self) -> int:
        return self.now

    def monotonic(self) -> float:
        return self.now / 1000

    async def sleep(self, seconds: float) -> None:
        self.now += int(seconds * 1000)


class House(Struct):
    """Everything that identity consists of, joined as in a node."""

    clock: StillClock
    directory: Directory
    passwords: Passwords
    browsers: Browsers
    doorkeeper: Doorkeeper
    registry: Registry

    async def ada(self) -> str:
        """An account with a password; its id."""
        return (await self.registry.add(CONSOLE, "ada", "Ada", PASSWORD)).id

    async def log_in(
        self,
        login: str = "ada",
        password: str = PASSWORD,
        device: str | None = None,
        address: str = HERE,
    ) -> Entered:
        return await self.doorkeeper.log_in(login, password, Credentials(device=device), address)


@asynccontextmanager
async def house(folder: Path, lifetimes: Lifetimes | None = None) -> AsyncIterator[House]:
    clock = StillClock()
    directory = await Directory.open(folder / "directory.sqlite")
    passwords = Passwords(QUICK, threads=2)
    browsers = Browsers((ORIGIN,))
    doorkeeper = Doorkeeper(directory, passwords, browsers, clock, lifetimes=lifetimes)
    registry = Registry(directory, passwords, clock)
    try:
        yield House(clock, directory, passwords, browsers, doorkeeper, registry)
    finally:
        passwords.close()
        await directory.close()


def brought(entered: Entered) -> Credentials:
    """What the browser sends after this log-in."""
    login, device = (cookie.value for cookie in entered.cookies)
    return Credentials(login=login, device=device, origin=ORIGIN)
