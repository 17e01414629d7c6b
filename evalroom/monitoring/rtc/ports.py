"""Sockets for media: on the addresses of this node and within its range of ports, so that a
firewall can be told which.
"""

import ipaddress
import secrets
import socket
from collections.abc import Callable, Sequence

from aioice import Candidate, ice
from aioice.candidate import candidate_foundation, candidate_priority
from aioice.ice import StunProtocol

from evalroom.monitoring.rtc.datagrams import Datagrams
from evalroom.monitoring.rtc.limits import RECEIVE_BUFFER_BYTES
from evalroom.monitoring.rtc.settings import RtcSettings


class NoPort(OSError):
    """No port of the range is free on any address: this node is full, another may not be."""


def addresses_of(settings: RtcSettings) -> Sequence[str]:
    """Where sockets are bound."""
    if settings.addresses:
        return settings.addresses
    if settings.announced is not None:
        version = ipaddress.ip_address(settings.announced).version
        return ("0.0.0.0" if version == 4 else "::",)
    return ice.get_host_addresses(use_ipv4=True, use_ipv6=False)


def open_sockets(settings: RtcSettings, protocol: Callable[[], StunProtocol]) -> list[StunProtocol]:
    """One socket for each address, with the candidate that tells of it. Raises NoPort."""
    opened: list[StunProtocol] = []
    for address in addresses_of(settings):
        bound = _bind(address, settings.ports)
        if bound is None:
            continue
        one = protocol()
        Datagrams(bound, one)
        one.local_candidate = _candidate(bound.getsockname(), settings.announced)
        opened.append(one)
    if not opened:
        raise NoPort(f"no free port in {settings.ports[0]}-{settings.ports[1]}")
    return opened


def _bind(address: str, ports: tuple[int, int]) -> socket.socket | None:
    """A socket on a free port. The search begins anywhere: it finds soon, and a port just left,
    to which an old peer may still send, is not taken again at once.
    """
    first, last = ports
    count = last - first + 1
    start = secrets.randbelow(count)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_DGRAM)
    bound.setblocking(False)
    for step in range(count):
        try:
            bound.bind((address, first + (start + step) % count))
        except OSError:
            continue
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        return bound
    bound.close()
    return None


def _candidate(name: tuple[str, int], announced: str | None) -> Candidate:
    host = announced or name[0]
    return Candidate(
        foundation=candidate_foundation("host", "udp", host),
        component=1,
        transport="udp",
        priority=candidate_priority(1, "host"),
        host=host,
        port=name[1],
        type="host",
    )
