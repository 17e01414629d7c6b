"""Network cameras of venues, entered by the system office. Their addresses hold passwords: they go
in and never come out.
"""

import asyncio
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from evalroom.api.call import Call
from evalroom.api.forms import Form, Paging, PlaceId, Title, decoded
from evalroom.api.routes import HEAVY_SECONDS, route
from evalroom.monitoring import rtsp
from evalroom.monitoring.camera_address import MAX_ADDRESS, CameraAddress
from evalroom.monitoring.limits import GOP_MS
from evalroom.sessions.refusals import Malformed, Refused
from evalroom.storage.camera_addresses import CameraAddresses
from evalroom.storage.directory import Page, audit, cameras
from evalroom.storage.directory.cameras import Camera
from evalroom.storage.sealing import SealBroken

CameraId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,16}$(?!\n)")]
"""The last part of a source's name, `venue.{venue}.camera.{id}`."""


class CameraForm(Form, frozen=True):
    """A camera and the venue it hangs in. `address` is `rtsp://name:password@host/path`; without
    one the camera keeps its own.
    """

    venue: PlaceId
    title: Title
    address: Annotated[str, Meta(max_length=MAX_ADDRESS)] | None = None
    enabled: bool = True


class Trial(Struct, frozen=True):
    """How a camera did: without a `fault` it can be shown. `coarse` says that its key frames are
    rarer than one in four seconds: who begins to watch waits, and the camera should be set so.
    """

    fault: str
    width: int | None = None
    height: int | None = None
    rate: int | None = None
    gop_ms: int | None = None
    coarse: bool = False


@route("GET", "/api/cameras", "system")
async def list_cameras(call: Call, query: Paging) -> Page[Camera]:
    """All network cameras by id; of their addresses the host alone."""
    return await call.parts.directory.read(cameras.listed, query.limit, query.after)


@route("PUT", "/api/cameras/{id}", "system", statuses=(404,))
async def put_camera(call: Call, body: CameraForm) -> Camera:
    """Enter a camera or change it."""
    key: str = decoded(lambda: msgspec.convert(call.path("id"), CameraId), "id")
    host, sealed = "", None
    if body.address is not None:
        host, sealed = _sealed(call, key, body.address)
    camera = Camera(key, body.venue, body.title, host, body.enabled)
    trace = call.trace("put_camera", key)
    return await call.parts.directory.write(audit.recorded, trace, cameras.put, camera, sealed)


@route(
    "POST", "/api/cameras/{id}/trial", "system", pool="heavy", seconds=HEAVY_SECONDS,
    statuses=(404,),
)  # fmt: skip
async def try_camera(call: Call) -> Trial:
    """Connect to a camera from this node and look through it for some seconds; no picture is shown
    or kept.
    """
    key = call.path("id")
    found = await call.parts.directory.read(cameras.by_id, key)
    await call.parts.directory.write(audit.append, call.trace("try_camera", key))
    try:
        address = CameraAddress(_addresses(call).open(found.id, found.sealed))
        seen = await asyncio.to_thread(rtsp.glimpse, address, call.parts.clock.wall)
    except rtsp.CameraFault as fault:
        return Trial(fault=fault.code)
    except SealBroken:
        return Trial(fault="address_lost")
    coarse = seen.gop_ms is None or seen.gop_ms > GOP_MS
    return Trial("", seen.width, seen.height, seen.rate, seen.gop_ms, coarse)


@route("DELETE", "/api/cameras/{id}", "system", statuses=(404,))
async def remove_camera(call: Call) -> None:
    """Remove a camera."""
    key = call.path("id")
    trace = call.trace("remove_camera", key)
    await call.parts.directory.write(audit.recorded, trace, cameras.remove, key)


def _sealed(call: Call, key: str, url: str) -> tuple[str, bytes]:
    """What may be shown of an address, and the address sealed."""
    try:
        shown = CameraAddress(url).shown
    except ValueError:
        raise Malformed("body.address", "wrong_form") from None
    return shown, _addresses(call).seal(key, url)


def _addresses(call: Call) -> CameraAddresses:
    if call.parts.camera_addresses is None:
        raise Refused("media_off")
    return call.parts.camera_addresses
