"""The network cameras of venues. An address holds a password: it is sealed before it comes here,
and comes out for whoever connects, never in a list.
"""

from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from evalroom.sessions.refusals import Refused
from evalroom.storage.directory.pages import Page, in_order_of
from evalroom.storage.directory.schema import cameras

MOST_OF_A_VENUE = 64
"""Cameras that are asked for together: a hall with one in each corner, many times over."""


class Camera(Struct, frozen=True):
    """A camera of a venue, shown as `venue.{venue}.camera.{id}`; `host` is what may be told of its
    address. One that is not `enabled` is not connected to.
    """

    id: str
    venue: str
    title: str
    host: str
    enabled: bool


class Connectable(Struct, frozen=True):
    """A camera with its sealed address."""

    id: str
    venue: str
    sealed: bytes

    def __repr__(self) -> str:
        return f"Connectable({self.id!r}, {self.venue!r})"


_SHOWN = (cameras.c.id, cameras.c.venue, cameras.c.title, cameras.c.host, cameras.c.enabled)


def put(connection: Connection, camera: Camera, sealed: bytes | None) -> Camera:
    """Enter a camera or change it; without an address it keeps the one it has.

    Raises `Refused`: `unknown_venue`; `unknown_camera` for a new one without an address.
    """
    row: dict[str, Any] = {
        "venue": camera.venue,
        "title": camera.title,
        "enabled": camera.enabled,
    }
    if sealed is not None:
        row |= {"host": camera.host, "address": sealed}
    here = cameras.c.id == camera.id
    try:
        if not connection.execute(update(cameras).where(here).values(row)).rowcount:
            if sealed is None:
                raise Refused("unknown_camera", camera=camera.id)
            connection.execute(insert(cameras).values(id=camera.id, **row))
    except IntegrityError as error:
        raise Refused("unknown_venue", venue=camera.venue) from error
    return Camera(*connection.execute(select(*_SHOWN).where(here)).one())


def listed(connection: Connection, limit: int, after: str | None) -> Page[Camera]:
    """All cameras by id."""
    every = select(*_SHOWN)
    return in_order_of(connection, cameras.c.id, every, limit, after, lambda row: Camera(*row))


def of_venue(connection: Connection, venue: str) -> tuple[Connectable, ...]:
    """The cameras of a venue that are in use, by id."""
    query = select(cameras.c.id, cameras.c.venue, cameras.c.address)
    query = query.where((cameras.c.venue == venue) & cameras.c.enabled).order_by(cameras.c.id)
    return tuple(Connectable(*row) for row in connection.execute(query.limit(MOST_OF_A_VENUE)))


def by_id(connection: Connection, camera: str) -> Connectable:
    """A camera, in use or not. Raises `Refused("unknown_camera")`."""
    query = select(cameras.c.id, cameras.c.venue, cameras.c.address)
    row = connection.execute(query.where(cameras.c.id == camera)).one_or_none()
    if row is None:
        raise Refused("unknown_camera", camera=camera)
    return Connectable(*row)


def remove(connection: Connection, camera: str) -> None:
    """Raises `Refused("unknown_camera")`."""
    if not connection.execute(delete(cameras).where(cameras.c.id == camera)).rowcount:
        raise Refused("unknown_camera", camera=camera)
