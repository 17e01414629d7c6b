"""Cameras at some seats and in a room of a stand, a shared screen, and what is seen of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from typing import Final

from evalroom.clock import SystemClock
from evalroom.rehearsal.cameras import Camera, whip
from evalroom.rehearsal.crew import Crew, cameras_of
from evalroom.rehearsal.drawing import Sight
from evalroom.sessions.tender.model import Tender
from tests.browser.stand import Stand

SHARED_SCREEN: Final = "seat.m2.screen"
FILMED: Final = ("seat.m1.camera", "seat.m2.camera", "seat.m3.camera", "venue.main.camera.1")
"""As many as a machine carries beside a browser and a loop that watches itself."""

HASH_OF_PICTURE: Final = """element => {
  const width = element.videoWidth ?? element.width;
  const height = element.videoHeight ?? element.height;
  const pen = new OffscreenCanvas(width, height).getContext('2d');
  pen.drawImage(element, 0, 0);
  const data = pen.getImageData(0, 0, width, height).data;
  let hash = 7, light = 0;
  for (let at = 0; at < data.length; at += 4) {
    hash = (hash * 31 + data[at] + data[at + 1] * 3 + data[at + 2] * 7) | 0;
    light += data[at + 1];
  }
  return { hash, light: light / (data.length / 4) };
}"""

WIDTH_OF_FILM: Final = """video => new Promise((done) => {
  video.onloadeddata = () => done(video.videoWidth);
  if (video.readyState > 1) done(video.videoWidth);
})"""


@asynccontextmanager
async def cameras(up: Stand, tender: Tender) -> AsyncIterator[None]:
    """They film as long as the block lasts."""
    browsers = up.people.browsers
    every = cameras_of(tender, up.session, browsers, "")
    filming = {source: every[source] for source in FILMED}
    filming[SHARED_SCREEN] = Camera(
        whip(browsers["m2"], up.session, SHARED_SCREEN), Sight("302-1", tint=5)
    )
    crew = Crew(filming, SystemClock(), Random(1), faults=False)
    working = asyncio.create_task(crew.work())
    try:
        yield
    finally:
        working.cancel()
        await asyncio.wait([working])
