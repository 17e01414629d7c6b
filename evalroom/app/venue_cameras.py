"""The network cameras of a session's venues: looked up in the directory, opened, connected."""

import logging
from collections.abc import Callable, Iterable
from typing import Final

from evalroom.monitoring.cameras import Cameras
from evalroom.sessions.refusals import Refused
from evalroom.storage.camera_addresses import CameraAddresses
from evalroom.storage.directory import Directory, cameras
from evalroom.storage.sealing import SealBroken

log: Final = logging.getLogger(__name__)


class VenueCameras:
    """Keeps what is connected as the directory has it, for the sessions it is asked about."""

    def __init__(self, directory: Directory, addresses: CameraAddresses, shown: Cameras) -> None:
        self._directory = directory
        self._addresses = addresses
        self._cameras = shown

    async def look(
        self,
        session: str,
        venues: Iterable[str],
        elsewhere: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """Connect what hangs in these venues, and let go of what does not any more, or what another
        node shows (`elsewhere`); for the first time when a session gets attention, and again from
        time to time. Raises `Refused` when the directory is away; then everything stays as it is.
        """
        wanted: dict[str, str] = {}
        for venue in venues:
            for camera in await self._directory.read(cameras.of_venue, venue):
                source = f"venue.{venue}.camera.{camera.id}"
                url = None if elsewhere(source) else self._opened(camera)
                if url is not None:
                    wanted[source] = url
        for status in self._cameras.status:
            if status.session == session and status.source not in wanted:
                self._cameras.stop(session, status.source)
        for source, url in wanted.items():
            try:
                self._cameras.start(session, source, url)
            except Refused as refused:
                log.warning("a camera is not shown: %s", refused.code, extra={"source": source})

    def end(self, session: str) -> None:
        """A session is over, or belongs to another node now."""
        self._cameras.stop(session)

    def _opened(self, camera: cameras.Connectable) -> str | None:
        try:
            return self._addresses.open(camera.id, camera.sealed)
        except SealBroken as broken:
            log.error("the address of camera %s %s", camera.id, broken)
            return None
