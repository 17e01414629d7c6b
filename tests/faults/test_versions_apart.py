"""A newer node has written what an older one does not know: it lets the session go."""

import secrets
from typing import Any

import pytest
from msgspec import Struct

from evalroom.sessions.people import Actor
from evalroom.storage.entry import Head
from evalroom.storage.ledger import Appended
from evalroom.storage.ledger_postgres import PostgresLedger
from evalroom.storage.postgres_server import Server
from evalroom.storage.records import compose
from tests.faults.author import Author, until
from tests.faults.law import shown_at
from tests.faults.town import Open, Town


class Foreseen(Struct, frozen=True, tag_field="type", tag="Foreseen.9"):
    """An event of a later version."""

    what: str = "something that will be thought of one day"


async def write_foreseen(town: Town, session: str) -> int:
    """Write the next entry as a newer node would; its seq."""
    last = (await town.ledger(session))[-1]
    event: Any = Foreseen()
    entry = compose(
        Head(last.seq, last.head),
        last.session,
        last.at,
        Actor("a-newer-node"),
        secrets.token_bytes(16),
        "Foresee",
        (event,),
        secrets.token_bytes,
    )
    ledger = await PostgresLedger.open(Server(town.database.address()), town.keys.at_rest)
    try:
        assert await ledger.append(entry, None) is Appended.STORED
    finally:
        await ledger.close()
    return entry.seq


@pytest.mark.slow(60)
@pytest.mark.rule("R19")
async def test_a_node_lets_a_session_go_that_holds_what_it_does_not_know(open_town: Open) -> None:
    town, session, other = open_town.town, await open_town.session(), await open_town.session()
    people = [
        await open_town.author(key, session, url)
        for key, url in zip(("m1", "m2"), town.urls, strict=True)
    ]
    elsewhere = await open_town.author("m3", other, town.urls[0])
    await people[0].give("CheckIn")
    await until(people[1], lambda: people[1].view["committee"]["m1"]["checked_in"])
    seq = await write_foreseen(town, session)
    for person, url in zip(people, town.urls, strict=True):
        await sent_away(person)
        assert person.farewells == [("unknown_version", True)]
        status, problem = await shown_at(person, url)
        assert (status, problem["code"]) == (503, "unknown_version")
    # Nothing was decided on a state that is not the session's.
    assert len(await town.ledger(session)) == seq
    await elsewhere.give("CheckIn")
    assert elsewhere.view == await elsewhere.fresh()


async def sent_away(person: Author) -> None:
    while not person.farewells:
        await person.news()
