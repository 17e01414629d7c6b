"""What cameras say, and what is said to them."""

import pytest

from evalroom.monitoring.camera_address import CameraAddress
from evalroom.monitoring.rtc.h264 import units_of
from evalroom.monitoring.rtsp_words import (
    URL_CHARACTERS,
    CameraFault,
    authorization,
    head_of,
    track_of,
    without_password,
)

VIDEO = b"v=0\r\nm=video 0 RTP/AVP 97\r\na=rtpmap:97 H264/90000\r\n"
BASE = "rtsp://h/cam?channel=1"


@pytest.mark.rule("M142")
def test_a_digest_is_that_of_the_standard() -> None:
    # RFC 2617 without a quality of protection.
    address = CameraAddress("rtsp://Mufasa:Circle%20Of%20Life@h/")
    challenge = 'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"'
    made = authorization(address, ["Basic", challenge], "GET", "/dir/index.html")
    assert made is not None
    assert made.startswith("Digest ")
    assert 'response="670fd8c2df070c60b045671b8b24ff02"' in made
    assert authorization(address, ['Digest realm="x", algorithm=MD9'], "GET", "/") is None
    assert authorization(CameraAddress("rtsp://h/"), [challenge], "GET", "/") is None


@pytest.mark.rule("M142")
def test_what_is_said_to_a_camera_holds_no_password_in_its_address() -> None:
    address = CameraAddress("rtsp://admin:s3cret@[fe80::1]:8554/a?b=c")
    assert without_password(address) == "rtsp://[fe80::1]:8554/a?b=c"


@pytest.mark.rule("M143")
@pytest.mark.parametrize(
    ("said", "control"),
    [
        ("", BASE), ("*", BASE), ("trackID=0", f"{BASE}/trackID=0"), ("rtsp://h/x", "rtsp://h/x"),
    ],
)  # fmt: skip
def test_a_track_is_found_by_its_name_however_it_is_written(said: str, control: str) -> None:
    track = track_of(VIDEO + f"a=control:{said}\r\n".encode(), BASE)
    assert (track.control, track.payload_type) == (control, 97)


@pytest.mark.rule("M143")
def test_parameter_sets_of_a_description_are_read_and_rubbish_is_left_out() -> None:
    told = VIDEO + b"a=fmtp:97 packetization-mode=1;sprop-parameter-sets=Z0I=,!!,aM4=;x=y\r\n"
    assert units_of(track_of(told, BASE).sets) == [b"\x67\x42", b"\x68\xce"]


@pytest.mark.rule("M143")
def test_a_description_without_pictures_of_ours_says_which_kind_it_is() -> None:
    with pytest.raises(CameraFault, match="codec_unsupported"):
        track_of(VIDEO.replace(b"H264", b"H265"), BASE)
    with pytest.raises(CameraFault, match="unreadable"):
        track_of(VIDEO.replace(b"m=video", b"m=audio"), BASE)


@pytest.mark.rule("M155")
@pytest.mark.parametrize("name", ["a\x01b", "界", "x" * URL_CHARACTERS])
def test_a_name_that_is_no_address_is_not_repeated(name: str) -> None:
    with pytest.raises(CameraFault, match="unreadable"):
        track_of(VIDEO + f"a=control:{name}\r\n".encode(), BASE)


@pytest.mark.rule("M155")
def test_a_question_of_the_cameras_is_no_answer() -> None:
    assert head_of(b"REDIRECT rtsp://elsewhere/ RTSP/1.0\r\nCSeq: 1").status == 0
    answer = head_of(b"RTSP/1.0 401 No\r\nWWW-Authenticate: a\r\nwww-authenticate:b")
    assert (answer.status, answer.headers["www-authenticate"]) == (401, ["a", "b"])
