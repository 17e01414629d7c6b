"""The built web client: pages, scripts and fonts that lie in a folder, and the one page that every
address of the client begins with.

All of it is read when the node starts: a few megabytes, and no path of a request ever reaches the
file system.
"""

import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Final

from aiohttp import hdrs, web

FOLDER: Final = Path(__file__).parent.parent / "static"
"""Where a build leaves it. A checkout without one answers with a plain page instead."""

PAGE: Final = "index.html"

# Names with a hash of what they hold: another content has another name.
HASHED: Final = "assets/"
FOR_EVER: Final = "public, max-age=31536000, immutable"
ASK_FIRST: Final = "no-cache"

# The copies that lie beside a file, the smaller one first.
CODINGS: Final[Mapping[str, str]] = MappingProxyType({"br": ".br", "gzip": ".gz"})

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        # The decoders of pictures in PDF files are WebAssembly; nothing else is ever compiled.
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self'",
        "font-src 'self' data:",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "frame-src 'self' blob:",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": (
        "camera=(self), microphone=(self), display-capture=(self), fullscreen=(self), "
        "autoplay=(self), geolocation=(), payment=(), usb=()"
    ),
}

# What machines ask for: an answer in HTML would only hide that there is no such thing.
_OF_MACHINES: Final = frozenset(
    {"api", "socket.io", "monitor", "whip", "whep", "metrics", "healthz", "readyz", "assets"}
)

_TYPES: Final = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".html": "text/html",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
}
_TEXTS: Final = frozenset({"text/html", "text/css", "text/javascript"})


@dataclass(frozen=True)
class File:
    """One file with its compressed copies, ready to be sent."""

    media_type: str
    plain: bytes
    copies: Mapping[str, bytes]
    etag: str
    cache: str


class WebClient:
    """The files of a build by their path, e.g. `assets/index-B3f9.js`."""

    def __init__(self, files: Mapping[str, File]) -> None:
        self._files = files

    def __contains__(self, path: str) -> bool:
        return path in self._files

    def answer(self, path: str, request: web.Request) -> web.Response:
        """The file, or the page for every path that is no file's."""
        file = self._files.get(path) or self._files[PAGE]
        headers = {**HEADERS, "Cache-Control": file.cache, "ETag": f'"{file.etag}"'}
        headers["Vary"] = "Accept-Encoding"
        if any(tag.value == file.etag for tag in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        coding, body = _chosen(file, request.headers.get(hdrs.ACCEPT_ENCODING, ""))
        if coding is not None:
            headers["Content-Encoding"] = coding
        headers["Content-Type"] = file.media_type
        return web.Response(body=body, headers=headers)


def is_page(path: str) -> bool:
    """Whether an address without its first slash may be one of the client's own pages: no file's
    name, and nothing that only machines ask for.
    """
    first, _, _ = path.partition("/")
    return first not in _OF_MACHINES and "." not in path.rpartition("/")[2]


def web_client(folder: Path = FOLDER) -> WebClient | None:
    """The client that was built into a folder; None where there is none."""
    if not (folder / PAGE).is_file():
        return None
    found = {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }
    copies = {name + suffix for name in found for suffix in CODINGS.values()}
    return WebClient(
        {name: _file(name, path, found) for name, path in found.items() if name not in copies}
    )


def _file(name: str, path: Path, found: Mapping[str, Path]) -> File:
    plain = path.read_bytes()
    media_type = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0]
    media_type = media_type or "application/octet-stream"
    return File(
        media_type=f"{media_type}; charset=utf-8" if media_type in _TEXTS else media_type,
        plain=plain,
        copies={
            coding: found[name + suffix].read_bytes()
            for coding, suffix in CODINGS.items()
            if name + suffix in found
        },
        etag=sha256(plain).hexdigest()[:32],
        cache=FOR_EVER if name.startswith(HASHED) else ASK_FIRST,
    )


def _chosen(file: File, accepted: str) -> tuple[str | None, bytes]:
    """What a browser is sent: a compressed copy when it says that it can unpack it."""
    wanted = {_coding(part) for part in accepted.split(",")}
    for coding, body in file.copies.items():
        if coding in wanted:
            return coding, body
    return None, file.plain


def _coding(part: str) -> str:
    """The name of a coding, unless it is refused by `q=0`."""
    name, _, weight = part.strip().partition(";")
    refused = weight.strip().replace(" ", "") in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return "" if refused else name.strip().lower()
