"""Centres, venues and workstations, set up by the system office."""

import msgspec
from msgspec import Struct

from evalroom.api.call import Call
from evalroom.api.forms import Form, Paging, PlaceId, Title, decoded
from evalroom.api.routes import route
from evalroom.storage.directory import Page, audit, venues
from evalroom.storage.directory.venues import Center, Venue, Workstation


class CenterForm(Form, frozen=True):
    """What a centre is called."""

    title: Title


class VenueForm(Form, frozen=True):
    """A venue and the centre it belongs to."""

    center: PlaceId
    title: Title


class WorkstationForm(Form, frozen=True):
    """A workstation and the venue it stands in."""

    venue: PlaceId
    title: Title


class OfferedCode(Struct, frozen=True):
    """A code to be typed in the workstation's own browser, once, before `expires` (ms)."""

    code: str
    expires: int


@route("GET", "/api/centers", "system")
async def list_centers(call: Call, query: Paging) -> Page[Center]:
    """All centres by id."""
    return await call.parts.directory.read(venues.listed_centers, query.limit, query.after)


@route("PUT", "/api/centers/{id}", "system")
async def put_center(call: Call, body: CenterForm) -> Center:
    """Enter a centre or change it."""
    center = Center(_place_id(call), body.title)
    trace = call.trace("put_center", center.id)
    await call.parts.directory.write(audit.recorded, trace, venues.put_center, center)
    return center


@route("DELETE", "/api/centers/{id}", "system", statuses=(404, 409))
async def remove_center(call: Call) -> None:
    """Remove a centre without venues."""
    center = call.path("id")
    trace = call.trace("remove_center", center)
    await call.parts.directory.write(audit.recorded, trace, venues.remove_center, center)


@route("GET", "/api/venues", "system")
async def list_venues(call: Call, query: Paging) -> Page[Venue]:
    """All venues by id."""
    return await call.parts.directory.read(venues.listed_venues, query.limit, query.after)


@route("PUT", "/api/venues/{id}", "system", statuses=(404,))
async def put_venue(call: Call, body: VenueForm) -> Venue:
    """Enter a venue or change it."""
    venue = Venue(_place_id(call), body.center, body.title)
    trace = call.trace("put_venue", venue.id)
    await call.parts.directory.write(audit.recorded, trace, venues.put_venue, venue)
    return venue


@route("DELETE", "/api/venues/{id}", "system", statuses=(404, 409))
async def remove_venue(call: Call) -> None:
    """Remove a venue without workstations."""
    venue = call.path("id")
    trace = call.trace("remove_venue", venue)
    await call.parts.directory.write(audit.recorded, trace, venues.remove_venue, venue)


@route("GET", "/api/workstations", "system")
async def list_workstations(call: Call, query: Paging) -> Page[Workstation]:
    """All workstations by id, with the browsers they are paired with."""
    return await call.parts.directory.read(venues.listed_workstations, query.limit, query.after)


@route("PUT", "/api/workstations/{id}", "system", statuses=(404,))
async def put_workstation(call: Call, body: WorkstationForm) -> Workstation:
    """Enter a workstation or change it. Its pairing stays."""
    workstation = Workstation(_place_id(call), body.venue, body.title)
    trace = call.trace("put_workstation", workstation.id)
    return await call.parts.directory.write(
        audit.recorded, trace, venues.put_workstation, workstation
    )


@route("DELETE", "/api/workstations/{id}", "system", statuses=(404,))
async def remove_workstation(call: Call) -> None:
    """Remove a workstation."""
    workstation = call.path("id")
    trace = call.trace("remove_workstation", workstation)
    await call.parts.directory.write(audit.recorded, trace, venues.remove_workstation, workstation)


@route("POST", "/api/workstations/{id}/code", "system", status=201, statuses=(404,))
async def offer_code(call: Call) -> OfferedCode:
    """A new pairing code for a workstation. An older one is over."""
    return OfferedCode(*await call.parts.pairing.offer(call.author, call.path("id")))


@route("DELETE", "/api/workstations/{id}/device", "system", statuses=(404,))
async def unpair(call: Call) -> None:
    """End the pairing of a workstation with its browser."""
    await call.parts.pairing.forget(call.author, call.path("id"))


def _place_id(call: Call) -> str:
    place: str = decoded(lambda: msgspec.convert(call.path("id"), PlaceId), "id")
    return place
