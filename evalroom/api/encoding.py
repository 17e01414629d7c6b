"""Answers as the client likes them: JSON or msgpack, compressed or not."""

import asyncio
import gzip
import re
import zlib
from typing import Any

import msgspec
from aiohttp import web

# Below this a compressed answer is hardly shorter, and costs both sides more.
COMPRESSED_FROM = 1024

# Compressing this much takes about a millisecond; more is done beside the loop.
BESIDE_THE_LOOP_FROM = 32 * 1024

# Half the time of level 6 for some per cent more.
LEVEL = 4

JSON = "application/json"
MSGPACK = "application/msgpack"
PROBLEM = "application/problem+json"


async def encoded(request: web.Request, value: Any, status: int) -> web.Response:
    """A struct or plain value as an answer in the accepted form."""
    if _quality(request.headers.get("Accept", ""), MSGPACK) > _quality(
        request.headers.get("Accept", "*/*"), JSON
    ):
        body, media_type = msgspec.msgpack.encode(value), MSGPACK
    else:
        body, media_type = msgspec.json.encode(value), JSON
    headers = {"Content-Type": media_type, "Vary": "Accept, Accept-Encoding"}
    if len(body) >= COMPRESSED_FROM:
        coding = _coding(request.headers.get("Accept-Encoding", ""))
        if coding is not None:
            body = await _compressed(body, coding)
            headers["Content-Encoding"] = coding
    return web.Response(body=body, status=status, headers=headers)


async def _compressed(body: bytes, coding: str) -> bytes:
    pack = _CODINGS[coding]
    if len(body) < BESIDE_THE_LOOP_FROM:
        return pack(body)
    return await asyncio.to_thread(pack, body)


def _gzip(body: bytes) -> bytes:
    # Without a time, so that equal content stays equal bytes.
    return gzip.compress(body, LEVEL, mtime=0)


def _deflate(body: bytes) -> bytes:
    return zlib.compress(body, LEVEL)


_CODINGS = {"gzip": _gzip, "deflate": _deflate}


def _coding(accepted: str) -> str | None:
    if not accepted:
        return None
    best = max(_CODINGS, key=lambda coding: _quality(accepted, coding))
    return best if _quality(accepted, best) > 0 else None


_ITEM = re.compile(r"\s*([^\s;,]+)\s*(?:;[^,]*?q\s*=\s*([01](?:\.[0-9]{0,3})?))?[^,]*")

# Browsers name under ten; what stands further back counts as not named.
MAX_ITEMS = 30


def _quality(header: str, wanted: str) -> float:
    """How much a client likes a media type or coding: its own entry, else that of a wildcard,
    else nothing.
    """
    found = {}
    for item in header.split(",")[:MAX_ITEMS]:
        parsed = _ITEM.fullmatch(item)
        if parsed is not None:
            found[parsed[1].lower()] = min(float(parsed[2]), 1.0) if parsed[2] else 1.0
    kind = wanted.partition("/")[0]
    # A wildcard never chooses msgpack: who did not name it may not know it.
    wildcards = () if wanted == MSGPACK else (f"{kind}/*", "*/*", "*")
    for name in (wanted, *wildcards):
        if name in found:
            return found[name]
    return 0.0
