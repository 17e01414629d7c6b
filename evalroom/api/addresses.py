"""Where a request comes from, when a proxy stands in between."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from aiohttp import web

# A chain of more proxies than this is no deployment of anybody's.
MAX_HOPS = 10


class Addresses:
    """Reads `X-Forwarded-For` from the right as far as the hops are trusted, and not a step
    further.
    """

    def __init__(self, trusted: Sequence[str]) -> None:
        self._trusted: list[IPv4Network | IPv6Network] = [ip_network(text) for text in trusted]

    def of(self, request: web.BaseRequest) -> str:
        """The address of the client; of the last hop that is not trusted, to be exact."""
        address = request.remote or "unknown"
        hops = ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")[-MAX_HOPS:]
        while hops and self._trusts(address):
            hop = hops.pop().strip()
            if not _is_address(hop):
                break
            address = hop
        return address

    def _trusts(self, address: str) -> bool:
        if not _is_address(address):
            return False
        parsed = ip_address(address)
        return any(parsed in network for network in self._trusted)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
