"""Where a network camera is, and the password within: nothing here ever shows the latter.

Some cameras want their password in the path or the query too, so that of an address host and port
are all that is ever printed.
"""

import re
from typing import Final
from urllib.parse import urlsplit

MAX_ADDRESS: Final = 512
"""Characters; a camera's with a long token in its path has two hundred."""

SCHEMES: Final = ("rtsp", "rtsps")

_PRINTABLE: Final = re.compile(r"[!-~]+")


class CameraAddress:
    """An RTSP address (RFC 2326), `rtsp://name:password@host:port/path`."""

    __slots__ = ("_url", "shown")

    def __init__(self, url: str) -> None:
        """Raises ValueError, whose words do not repeat the address."""
        self._url = url
        self.shown: Final = _shown(url)
        """Scheme, host and port: what may stand in a list or a log."""

    @property
    def url(self) -> str:
        """The whole, for whoever connects."""
        return self._url

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CameraAddress) and self._url == other._url

    def __hash__(self) -> int:
        return hash(self._url)

    def __repr__(self) -> str:
        return f"CameraAddress({self.shown!r})"

    __str__ = __repr__


def _shown(url: str) -> str:
    if len(url) > MAX_ADDRESS:
        raise ValueError(f"longer than {MAX_ADDRESS} characters")
    if not _PRINTABLE.fullmatch(url):
        raise ValueError("holds blanks or characters that are not ASCII")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or parts.scheme not in SCHEMES:
        raise ValueError("must be rtsp://host/… or rtsps://host/…") from None
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}:{port}" if port else f"{parts.scheme}://{host}"
