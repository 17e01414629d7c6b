"""Network cameras over HTTP: their passwords go in and never come out."""

import sqlite3
from pathlib import Path

import pytest

from evalroom.storage.camera_addresses import CameraAddresses
from evalroom.storage.directory import cameras
from evalroom.storage.sealing import SealBroken
from tests.api.node import Browser, Node
from tests.monitoring.test_cameras import camera
from tests.valkey import free_port

URL = "rtsp://admin:s3cret@10.0.0.7:554/ch1?token=s3cret"
FORM = {"venue": "302", "title": "北墙", "address": URL}


@pytest.fixture
async def venue(sysadm: Browser) -> str:
    await sysadm.put("/api/centers/zh", json={"title": "珠海"})
    await sysadm.put("/api/venues/302", json={"center": "zh", "title": "302室"})
    return "302"


def addresses(site: Node) -> CameraAddresses:
    found = site.parts.camera_addresses
    assert found is not None
    return found


@pytest.mark.rule("M145")
@pytest.mark.usefixtures("venue")
async def test_a_camera_is_entered_changed_listed_and_removed(
    site: Node, sysadm: Browser, auditor: Browser
) -> None:
    made = await sysadm.put("/api/cameras/north-1", json=FORM)
    shown = {
        "id": "north-1", "venue": "302", "title": "北墙", "host": "rtsp://10.0.0.7:554",
        "enabled": True,
    }  # fmt: skip
    assert (made.status, made.value) == (200, shown)
    later = {"venue": "302", "title": "南墙", "enabled": False}
    changed = await sysadm.put("/api/cameras/north-1", json=later)
    assert changed.value == {**shown, "title": "南墙", "enabled": False}
    listed = await sysadm.get("/api/cameras")
    assert listed.value["items"] == [changed.value]
    assert await site.parts.directory.read(cameras.of_venue, "302") == ()
    await sysadm.put("/api/cameras/north-1", json={**later, "enabled": True})
    (one,) = await site.parts.directory.read(cameras.of_venue, "302")
    assert addresses(site).open(one.id, one.sealed) == URL
    assert (await sysadm.delete("/api/venues/302")).code == "still_in_use"
    assert (await sysadm.delete("/api/cameras/north-1")).status == 204
    assert (await sysadm.delete("/api/cameras/north-1")).code == "unknown_camera"
    told = await auditor.get("/api/audit")
    acts = [line["act"] for line in told.value["items"] if "camera" in line["act"]]
    assert acts == ["remove_camera", *["put_camera"] * 3]
    for reply in (made, changed, listed, told):
        assert b"s3cret" not in reply.body


@pytest.mark.rule("M145")
@pytest.mark.usefixtures("venue")
async def test_an_address_lies_sealed_and_opens_for_its_own_camera_alone(
    site: Node, sysadm: Browser, tmp_path: Path
) -> None:
    await sysadm.put("/api/cameras/north-1", json=FORM)
    with sqlite3.connect(site.folder / "directory.sqlite") as directory:
        ((sealed,),) = directory.execute("select address from cameras").fetchall()
    directory.close()
    assert b"s3cret" not in sealed
    assert b"s3cret" not in (site.folder / "directory.sqlite").read_bytes()
    with pytest.raises(SealBroken):
        addresses(site).open("another", sealed)
    (one,) = await site.parts.directory.read(cameras.of_venue, "302")
    assert "sealed" not in repr(one)


@pytest.mark.rule("M145")
@pytest.mark.usefixtures("venue")
@pytest.mark.parametrize("url", ["http://u:s3cret@host/", "rtsp://u:s3cret@", "s3cret", ""])
async def test_an_address_that_is_none_is_refused_without_repeating_it(
    sysadm: Browser, url: str
) -> None:
    refused = await sysadm.put("/api/cameras/north-1", json={**FORM, "address": url})
    assert (refused.status, refused.value["errors"][0]["path"]) == (400, "body.address")
    assert b"s3cret" not in refused.body


@pytest.mark.rule("M145")
@pytest.mark.usefixtures("venue")
async def test_a_camera_needs_a_venue_an_address_and_a_name_for_a_source(sysadm: Browser) -> None:
    nowhere = await sysadm.put("/api/cameras/n", json={**FORM, "venue": "303"})
    assert (nowhere.status, nowhere.code) == (404, "unknown_venue")
    bare = await sysadm.put("/api/cameras/n", json={"venue": "302", "title": "x"})
    assert (bare.status, bare.code) == (404, "unknown_camera")
    for name in ("a.b", "x" * 17, "北"):
        assert (await sysadm.put(f"/api/cameras/{name}", json=FORM)).status == 400


@pytest.mark.rule("M151")
@pytest.mark.usefixtures("venue")
@pytest.mark.interop
async def test_a_camera_can_be_tried_before_anybody_needs_it(
    sysadm: Browser, auditor: Browser
) -> None:
    port = free_port()
    url = f"rtsp://admin:s3cret@127.0.0.1:{port}/cam"
    await sysadm.put("/api/cameras/north-1", json={**FORM, "address": url})
    away = await sysadm.post("/api/cameras/north-1/trial")
    assert (away.status, away.value["fault"]) == (200, "refused")
    async with camera(port, "--password", "geheim"):
        wrong = await sysadm.post("/api/cameras/north-1/trial")
        await sysadm.put(
            "/api/cameras/north-1", json={**FORM, "address": url.replace("s3cret", "geheim")}
        )
        right = await sysadm.post("/api/cameras/north-1/trial")
    assert wrong.value["fault"] == "wrong_credentials"
    assert right.value["fault"] == ""
    assert (right.value["width"], right.value["height"], right.value["coarse"]) == (160, 120, False)
    for reply in (away, wrong, right):
        assert b"s3cret" not in reply.body
        assert b"geheim" not in reply.body
    assert (await sysadm.post("/api/cameras/south/trial")).code == "unknown_camera"
    lines = (await auditor.get("/api/audit")).value["items"]
    assert [line["act"] for line in lines].count("try_camera") == 3
