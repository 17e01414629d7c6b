"""Names of servers turned into addresses without waiting in anybody else's queue.

The system's look-up cannot be called off, and with a broken name server one takes half a minute.
In the loop's own threads a node that tries again and again would soon have nobody left to read
documents or check passwords; here each name has one look-up at a time, in a thread that nobody
waits for at the end.
"""

import asyncio
import socket
import threading
from contextlib import suppress
from ipaddress import ip_address


class Names:
    """Look-ups under way, at most one for each name."""

    def __init__(self) -> None:
        self._asked: dict[str, asyncio.Future[list[str]]] = {}

    async def addresses(self, host: str) -> list[str]:
        """What a name stands for, in the system's order. Raises OSError."""
        with suppress(ValueError):
            ip_address(host)
            return [host]
        answer = self._asked.get(host)
        if answer is None:
            loop = asyncio.get_running_loop()
            answer = self._asked[host] = loop.create_future()
            answer.add_done_callback(lambda _: self._asked.pop(host))
            threading.Thread(
                target=_ask, args=(loop, host, answer), name=f"name of {host}", daemon=True
            ).start()
        return await asyncio.shield(answer)


def _ask(loop: asyncio.AbstractEventLoop, host: str, answer: "asyncio.Future[list[str]]") -> None:
    found: list[str] | OSError
    try:
        entries = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        found = [str(address[0]) for *_, address in entries]
    except OSError as error:
        found = error
    except ValueError:
        found = socket.gaierror(socket.EAI_NONAME, "no host has such a name")
    # A loop that has ended waits for no answer.
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(_tell, answer, found)


def _tell(answer: "asyncio.Future[list[str]]", found: list[str] | OSError) -> None:
    if isinstance(found, OSError):
        answer.set_exception(found)
    else:
        answer.set_result(found)
