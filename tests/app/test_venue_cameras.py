"""What hangs in a session's venues is connected, and what was taken down is let go."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from evalroom.app.venue_cameras import VenueCameras
from evalroom.clock import SystemClock
from evalroom.monitoring.cameras import Cameras
from evalroom.monitoring.hub import Hub
from evalroom.storage.camera_addresses import CameraAddresses
from evalroom.storage.directory import Directory, cameras, venues
from evalroom.storage.directory.cameras import Camera
from evalroom.storage.directory.venues import Center, Venue
from tests.footage.test_segment_file import KEYS
from tests.valkey import free_port

SESSION, OTHER = "5" * 32, "6" * 32


class Place:
    """A directory with two venues, and the cameras of a node."""

    def __init__(self, directory: Directory) -> None:
        clock = SystemClock()
        self.directory = directory
        self.addresses = CameraAddresses(KEYS, bytes)
        self.cameras = Cameras(Hub(clock), clock)
        self.here = VenueCameras(directory, self.addresses, self.cameras)

    async def hang(self, key: str, venue: str = "main", *, on: bool = True) -> None:
        url = f"rtsp://admin:s3cret@127.0.0.1:{free_port()}/{key}"
        camera = Camera(key, venue, key, "rtsp://127.0.0.1", on)
        await self.directory.write(cameras.put, camera, self.addresses.seal(key, url))

    def shown(self, session: str = SESSION) -> set[str]:
        return {s.source for s in self.cameras.status if s.session == session}


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    directory = await Directory.open(tmp_path / "directory.sqlite")
    await directory.write(venues.put_center, Center("zh", "x"))
    for venue in ("main", "east"):
        await directory.write(venues.put_venue, Venue(venue, "zh", venue))
    made = Place(directory)
    yield made
    await made.cameras.close()
    await directory.close()


@pytest.mark.rule("M145")
async def test_the_cameras_of_a_sessions_venues_are_shown_as_the_directory_has_them(
    place: Place,
) -> None:
    await place.hang("1")
    await place.hang("2", on=False)
    await place.hang("3", "east")
    await place.here.look(SESSION, ["main"])
    await place.here.look(OTHER, ["east", "nowhere"])
    assert place.shown() == {"venue.main.camera.1"}
    assert place.shown(OTHER) == {"venue.east.camera.3"}
    await place.directory.write(cameras.remove, "1")
    await place.hang("2")
    await place.here.look(SESSION, ["main"])
    assert place.shown() == {"venue.main.camera.2"}
    place.here.end(SESSION)
    assert (place.shown(), place.shown(OTHER)) == (set(), {"venue.east.camera.3"})


@pytest.mark.rule("M145")
async def test_an_address_that_does_not_open_leaves_the_others_alone(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    await place.hang("1")
    sealed = place.addresses.seal("another", "rtsp://admin:s3cret@h/")
    await place.directory.write(cameras.put, Camera("2", "main", "x", "", True), sealed)
    await place.here.look(SESSION, ["main"])
    assert place.shown() == {"venue.main.camera.1"}
    assert "camera 2 does not open" in caplog.text
    assert "s3cret" not in caplog.text
