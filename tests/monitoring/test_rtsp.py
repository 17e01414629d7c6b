"""Pictures out of an RTSP stream: what is a key frame, and what has to stand before it."""

import socket
import threading
import traceback
from contextlib import suppress

import pytest

from evalroom.monitoring import rtsp
from evalroom.monitoring.camera_address import CameraAddress
from evalroom.monitoring.rtc.h264 import annex_b, kind, units_of
from evalroom.monitoring.rtsp import PICTURE_SETS, CameraFault, Repair, frames, glimpse
from tests.valkey import free_port

SPS, PPS = b"\x67sequence", b"\x68picture"
DELIMITER, WORDS = b"\x09\xf0", b"\x06words"
IDR, SLICE = b"\x65key", b"\x41more"


def kinds(data: bytes) -> list[int]:
    return [kind(unit) for unit in units_of(data)]


@pytest.mark.rule("M143")
def test_a_key_frame_is_found_behind_delimiters_and_words() -> None:
    repair = Repair(b"")
    whole = annex_b([DELIMITER, WORDS, SPS, PPS, IDR])
    assert repair(whole) == (whole, True), "what is whole is passed on as it came"
    more = annex_b([DELIMITER, SLICE])
    assert repair(more) == (more, False)


@pytest.mark.rule("M143")
def test_parameter_sets_told_once_stand_before_each_key_frame() -> None:
    repair = Repair(annex_b([SPS, PPS]))
    made = repair(annex_b([DELIMITER, WORDS, IDR]))
    assert made is not None
    assert (kinds(made[0]), made[1]) == ([7, 8, 6, 5], True)


@pytest.mark.rule("M143")
def test_parameter_sets_that_came_alone_are_remembered_the_newest_only() -> None:
    repair = Repair(annex_b([SPS, PPS]))
    assert repair(annex_b([b"\x67other", b"\x68one", b"\x68two"])) is None
    made = repair(annex_b([IDR]))
    assert made is not None
    assert units_of(made[0]) == [b"\x67other", b"\x68one", b"\x68two", IDR]


@pytest.mark.rule("M143")
def test_nothing_is_shown_before_a_key_frame_that_can_be_decoded() -> None:
    repair = Repair(b"")
    assert repair(annex_b([SLICE])) is None
    assert repair(annex_b([IDR])) is None
    assert repair(annex_b([SLICE])) is None
    assert repair(annex_b([SPS, PPS])) is None
    assert repair(annex_b([IDR])) is not None
    assert repair(annex_b([SLICE])) is not None
    repair.lost()
    assert repair(annex_b([SLICE])) is None


@pytest.mark.rule("M143")
def test_so_many_parameter_sets_are_remembered_and_no_more() -> None:
    repair = Repair(annex_b([SPS]))
    repair(annex_b([b"\x68%d" % n for n in range(100)]))
    made = repair(annex_b([IDR]))
    assert made is not None
    assert kinds(made[0]).count(8) == PICTURE_SETS


@pytest.mark.rule("M142")
def test_a_fault_says_what_it_is_and_never_where() -> None:
    address = CameraAddress(f"rtsp://admin:s3cret@127.0.0.1:{free_port()}/cam")
    with pytest.raises(CameraFault) as fault:
        next(frames(address, lambda: 0, lambda: True))
    assert fault.value.code == "refused"
    assert "s3cret" not in repr(fault.value)
    assert fault.value.__suppress_context__


@pytest.mark.rule("M142")
@pytest.mark.parametrize("scheme", ["rtsp", "rtsps"])
def test_not_even_the_library_prints_an_address(
    scheme: str, capfd: pytest.CaptureFixture[str]
) -> None:
    address = CameraAddress(f"{scheme}://admin:s3cret@127.0.0.1:{free_port()}/x?token=s3cret")
    with pytest.raises(CameraFault) as fault:
        glimpse(address, lambda: 0)
    traced = "".join(traceback.format_exception(fault.value))
    out, err = capfd.readouterr()
    for words in (out, err, traced, repr(fault.value)):
        assert "s3cret" not in words


class Boaster:
    """Says it is a camera, and announces a description of two gigabytes."""

    def __init__(self) -> None:
        self.sent = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = CameraAddress(f"rtsp://127.0.0.1:{self._listening.getsockname()[1]}/cam")
        self._thread = threading.Thread(target=self._boast)

    def __enter__(self) -> "Boaster":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._thread.join()
        self._listening.close()

    def _boast(self) -> None:
        line, _ = self._listening.accept()
        with line, suppress(OSError):
            for number, said in ((1, b"Public: DESCRIBE"), (2, b"Content-Length: 2000000000")):
                line.recv(4096)
                kind = b"Content-Type: application/sdp"
                head = (b"RTSP/1.0 200 OK", b"CSeq: %d" % number, kind, said, b"", b"")
                line.sendall(b"\r\n".join(head))
            while True:
                self.sent += line.send(b"a" * 65_536)


@pytest.mark.rule("M154")
def test_a_camera_that_announces_gigabytes_is_not_believed() -> None:
    with Boaster() as camera, pytest.raises(CameraFault):
        glimpse(camera.address, lambda: 0)
    # What the system holds of a line, and no more.
    assert camera.sent < rtsp.ALLOCATION_BYTES
