"""Janus publishes: another server's ICE, DTLS, SRTP and RTP, which we did not write."""

import socket
from pathlib import Path
from typing import Any

import pytest

from tests.app.janus import installed, publishing
from tests.app.studio import studio
from tests.sessions.cast import small_tender

pytestmark = [
    pytest.mark.interop,
    pytest.mark.slow(90),
    pytest.mark.skipif(not installed(), reason="no Janus on this machine"),
]

SOURCE = "venue.main.camera.7"


@pytest.mark.rule("M128")
async def test_janus_publishes_and_is_seen_on_the_wall(tmp_path: Path) -> None:
    # Janus leaves the loopback out.
    addresses = (own_address(),)
    async with (
        studio(tmp_path / "node", small_tender(), media_addresses=addresses) as here,
        here.wall("supervisor") as wall,
    ):

        async def answer(offer: str) -> str:
            _, sdp = await here.offer("agency_lead", f"/whip/{here.session}/{SOURCE}", offer)
            return sdp

        async with publishing(tmp_path, answer):
            shown: list[dict[str, Any]] = []
            while not shown or shown[0]["codec"] is None:
                shown = await wall.word("streams")
            assert [(one["source"], one["codec"]) for one in shown] == [(SOURCE, "vp8")]
            await wall.subscribe(shown[0]["stream"])
            pictures = [await wall.picture() for _ in range(40)]
            assert pictures[0][0].key
            assert [header.seq for header, _ in pictures] == list(
                range(pictures[0][0].seq, pictures[0][0].seq + 40)
            )


def own_address() -> str:
    """An address of this machine that other machines could reach."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        # Nothing is sent: it is asked which way it would go.
        probe.connect(("192.0.2.1", 9))
        return str(probe.getsockname()[0])
