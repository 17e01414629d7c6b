"""A camera's address and the password within."""

import pytest

from evalroom.monitoring.camera_address import MAX_ADDRESS, CameraAddress

SECRET = "rtsp://admin:s3cret@10.0.0.7:554/user=admin&password=s3cret?token=s3cret"


@pytest.mark.rule("M142")
def test_of_an_address_only_the_host_is_ever_printed() -> None:
    address = CameraAddress(SECRET)
    assert address.url == SECRET
    for words in (repr(address), str(address), f"{address}", address.shown):
        assert "s3cret" not in words
        assert "admin" not in words
    assert address.shown == "rtsp://10.0.0.7:554"
    assert CameraAddress("rtsps://[fe80::1]/x").shown == "rtsps://[fe80::1]"


@pytest.mark.rule("M142")
@pytest.mark.parametrize(
    "url",
    [
        "", "rtsp://", "http://s3cret@host/x", "file:///s3cret", "rtsp:s3cret", "//s3cret/x",
        "rtsp://u:s3cret@host:99999/x", "rtsp://[s3cret/x", "rtsp://h/s3cret x", "rtsp://h/s3cret\n",
        "rtsp://主机/s3cret", "rtsp://h/s3cret" + "x" * MAX_ADDRESS,
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError, match=r"rtsp://|longer|ASCII") as refused:
        CameraAddress(url)
    assert "s3cret" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_the_same_address_is_the_same_camera() -> None:
    assert CameraAddress(SECRET) == CameraAddress(SECRET)
    assert len({CameraAddress(SECRET), CameraAddress(SECRET), CameraAddress("rtsp://h")}) == 2
