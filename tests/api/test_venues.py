"""Places over HTTP, by the system office."""

import pytest

from tests.api.node import Browser


@pytest.mark.rule("A16")
async def test_places_are_entered_changed_listed_and_removed(sysadm: Browser) -> None:
    assert (await sysadm.put("/api/centers/zh", json={"title": "珠海"})).status == 200
    venue = {"center": "zh", "title": "302室"}
    assert (await sysadm.put("/api/venues/302", json=venue)).value == {"id": "302", **venue}
    seat = {"venue": "302", "title": "2号"}
    first = await sysadm.put("/api/workstations/302-2", json=seat)
    code = await sysadm.post("/api/workstations/302-2/code")
    assert code.status == 201
    again = await sysadm.put("/api/workstations/302-2", json={**seat, "title": "窗边"})
    assert again.value == {
        **first.value,
        "title": "窗边",
        "code_expires": code.value["expires"],
    }
    for path in ("/api/centers", "/api/venues", "/api/workstations"):
        assert len((await sysadm.get(path)).value["items"]) == 1
    assert (await sysadm.delete("/api/centers/zh")).code == "still_in_use"
    for path in ("/api/workstations/302-2", "/api/venues/302", "/api/centers/zh"):
        assert (await sysadm.delete(path)).status == 204
        assert (await sysadm.delete(path)).status == 404


@pytest.mark.rule("A16")
async def test_a_workstation_is_called_as_the_tender_calls_it(sysadm: Browser) -> None:
    await sysadm.put("/api/centers/zh", json={"title": "珠海"})
    await sysadm.put("/api/venues/302", json={"center": "zh", "title": "302室"})
    seat = await sysadm.put("/api/workstations/席位舱 03", json={"venue": "302", "title": "3号"})
    assert (seat.status, seat.value["id"]) == (200, "席位舱 03")
    assert (await sysadm.post("/api/workstations/席位舱 03/code")).status == 201


@pytest.mark.rule("A31")
@pytest.mark.parametrize(
    "place", ["a%2Fb", "%20a", "a%20", "a%0A", "%00", "x" * 65, "%23", "a%5Cb", "%22"]
)
async def test_an_id_that_would_need_care_is_refused(sysadm: Browser, place: str) -> None:
    from yarl import URL

    url = URL(f"{sysadm.node.url}/api/centers/{place}", encoded=True)
    origin = {"Origin": sysadm.node.url}
    async with sysadm.http.put(url, json={"title": "x"}, headers=origin) as response:
        assert response.status in (400, 404)
    assert (await sysadm.get("/api/centers")).value["items"] == []


async def test_a_venue_of_no_centre_and_a_seat_of_no_venue_are_refused(sysadm: Browser) -> None:
    venue = await sysadm.put("/api/venues/302", json={"center": "zh", "title": "x"})
    assert (venue.status, venue.code) == (404, "unknown_center")
    seat = await sysadm.put("/api/workstations/1", json={"venue": "302", "title": "x"})
    assert (seat.status, seat.code) == (404, "unknown_venue")
