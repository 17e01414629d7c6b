"""Where the server is now, and lines to it."""

import asyncio
import ssl
from typing import Any, NamedTuple

from evalroom.bus.redis.address import Place, RedisAddress
from evalroom.bus.redis.greeting import Server, check_master, greet
from evalroom.bus.redis.limits import (
    CLOSE_SECONDS,
    CONNECT_SECONDS,
    NAME_ADDRESSES,
    SENTINEL_SECONDS,
)
from evalroom.bus.redis.line import Heard, Line
from evalroom.bus.redis.names import Names
from evalroom.bus.redis.reasons import Lost, Refusal, words_of


class Lines(NamedTuple):
    """A line to speak on and one to listen on: whoever listens may say nothing else there."""

    speaking: Line
    listening: Line
    place: Place
    server: Server


class Servers:
    """Finds the server behind an address, as often as it moves."""

    def __init__(self, address: RedisAddress) -> None:
        self._address = address
        self._sentinels = list(address.places)
        self._names = Names()
        self._tls: ssl.SSLContext | None = None

    async def connect(self, heard: Heard) -> Lines:
        """Two lines to the master, logged in. Raises `Lost`."""
        # Anew for each attempt: certificates are replaced while nodes run.
        self._tls = await asyncio.to_thread(tls_with, self._address)
        place = await self._find()
        speaking, server = await self._greeted(place, _deaf)
        try:
            listening, _ = await self._greeted(place, heard)
        except BaseException:
            speaking.end("its other line could not be had")
            raise
        return Lines(speaking, listening, place, server)

    async def _find(self) -> Place:
        if not self._address.master:
            return self._address.places[0]
        reasons = []
        for sentinel in tuple(self._sentinels):
            try:
                async with asyncio.timeout(SENTINEL_SECONDS):
                    place = await self._ask_sentinel(sentinel)
            except (Lost, Refusal, TimeoutError) as error:
                reasons.append(self._about(sentinel, error))
            else:
                # Whoever knew is asked first the next time.
                self._sentinels.remove(sentinel)
                self._sentinels.insert(0, sentinel)
                return place
        raise Lost("; ".join(reasons))

    async def _ask_sentinel(self, sentinel: Place) -> Place:
        line = await self._line(sentinel, _deaf)
        try:
            await greet(line, self._address.sentinel_login)
            name = self._address.master
            return _place_in(await line.ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", name))
        finally:
            line.end("it has been asked")

    async def _greeted(self, place: Place, heard: Heard) -> tuple[Line, Server]:
        line = None
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                line = await self._line(place, heard)
                server = await greet(line, self._address.login)
                check_master(server)
        except BaseException as error:
            if line is not None:
                line.end("it is not used")
            if isinstance(error, Lost | TimeoutError):
                raise Lost(self._about(place, error)) from None
            raise
        return line, server

    async def _line(self, place: Place, heard: Heard) -> Line:
        fault: OSError = TimeoutError()
        try:
            addresses = (await self._names.addresses(place.host))[:NAME_ADDRESSES]
        except OSError as error:
            raise Lost(words_of(error)) from None
        for address in addresses:
            try:
                async with asyncio.timeout(CONNECT_SECONDS / len(addresses)):
                    return await self._connected(address, place, heard)
            except OSError as error:
                fault = error
        raise Lost(words_of(fault))

    async def _connected(self, address: str, place: Place, heard: Heard) -> Line:
        loop = asyncio.get_running_loop()
        over_tls: dict[str, Any] = {}
        if self._tls is not None:
            over_tls = {
                "ssl": self._tls,
                "server_hostname": place.host,
                "ssl_handshake_timeout": CONNECT_SECONDS,
                "ssl_shutdown_timeout": CLOSE_SECONDS,
            }
        _, line = await loop.create_connection(lambda: Line(heard), address, place.port, **over_tls)
        return line

    def _about(self, place: Place, error: Lost | Refusal | TimeoutError) -> str:
        # A server that speaks no TLS waits for us to say something it understands.
        over = " over TLS" if self._tls and isinstance(error, TimeoutError) else ""
        return f"{place}: {words_of(error)}{over}"


def tls_with(address: RedisAddress) -> ssl.SSLContext | None:
    """How to speak TLS with a server, None for not at all. Reads files; raises `Lost`."""
    if not address.tls:
        return None
    try:
        context = ssl.create_default_context(cafile=address.ca)
        if address.certificate is not None:
            # A key under a password of its own would be asked for on the terminal.
            context.load_cert_chain(address.certificate, address.key, password="")
    except ssl.SSLError as error:
        raise Lost(f"ca, cert or key is not one: {error.reason or 'not PEM'}") from None
    except OSError as error:
        raise Lost(f"ca, cert or key cannot be read: {words_of(error)}") from None
    return context


def _place_in(answer: Any) -> Place:
    match answer:
        case None:
            raise Lost("it knows no master of that name")
        case [bytes(host), bytes(port)] if port.isdigit() and 0 < int(port[:6]) < 65_536:
            return Place(host.decode("ascii", "replace"), int(port))
        case _:
            raise Lost("it does not answer as a Sentinel does")


def _deaf(topic: bytes, envelope: bytes) -> None:
    """A line on which nothing is heard."""
