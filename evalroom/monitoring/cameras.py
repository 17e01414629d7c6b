"""The network cameras of venues: each connected by a thread of its own, shown as a source of the
session that sits there.

They are older than WebRTC and cannot be asked for anything: how often a key frame comes is theirs
to decide, and a camera that takes more than four seconds is told of.
"""

import asyncio
from typing import Final

from evalroom.clock import Clock
from evalroom.monitoring.camera import Camera, CameraStatus
from evalroom.monitoring.camera_address import CameraAddress
from evalroom.monitoring.hub import Hub
from evalroom.sessions.refusals import Refused

CAMERAS: Final = 128
"""Of a node, a thread each: thirty venues with four cameras."""


class Cameras:
    """All network cameras of a node. Made on the loop."""

    def __init__(self, hub: Hub, clock: Clock) -> None:
        self._hub = hub
        self._clock = clock
        self._cameras: dict[tuple[str, str], Camera] = {}
        self._ending: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._cameras)

    @property
    def status(self) -> tuple[CameraStatus, ...]:
        """How each of them does."""
        return tuple(camera.status for camera in self._cameras.values())

    def start(self, session: str, source: str, url: str) -> None:
        """Show a camera as `source`; one that is shown already stays, unless its address changed.

        Raises `Refused("too_many_streams")`; ValueError for what is no address.
        """
        address, key = CameraAddress(url), (session, source)
        earlier = self._cameras.get(key)
        if earlier is not None:
            if earlier.address == address:
                return
            self._let_go(earlier)
        if len(self._cameras) >= CAMERAS:
            raise Refused("too_many_streams", most=CAMERAS)
        self._cameras[key] = Camera(self._hub, self._clock, session, source, address, self._let_go)

    def stop(self, session: str, source: str | None = None) -> None:
        """Show a camera, or all of a session, no longer."""
        for camera in tuple(self._cameras.values()):
            if camera.session == session and source in (None, camera.source):
                self._let_go(camera)

    async def close(self) -> None:
        """Stop them all, and wait for their threads."""
        for camera in tuple(self._cameras.values()):
            self._let_go(camera)
        await asyncio.gather(*self._ending)

    def _let_go(self, camera: Camera) -> None:
        key = camera.session, camera.source
        if self._cameras.get(key) is camera:
            del self._cameras[key]
        camera.stop()
        task = asyncio.get_running_loop().create_task(camera.ended())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
