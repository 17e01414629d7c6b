"""Two nodes as processes, shared by all tests of this package; each finds both of them up."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.faults.town import Open, Town
from tests.postgres import Database, PostgresServer
from tests.valkey import Valkey


@pytest.fixture(scope="package")
def town_database(postgres: PostgresServer, furnished: str) -> Iterator[Database]:
    made = postgres.create_database(furnished)
    yield made
    if not postgres.running:
        postgres.start()
    made.drop()


@pytest.fixture(scope="package")
def town_valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    server = Valkey(tmp_path_factory.mktemp("valkey"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="package")
def town(
    tmp_path_factory: pytest.TempPathFactory, town_database: Database, town_valkey: Valkey
) -> Iterator[Town]:
    made = Town(tmp_path_factory.mktemp("town"), town_database, town_valkey)
    asyncio.run(made.furnish())
    yield made
    made.end()


@pytest.fixture
async def open_town(town: Town) -> AsyncIterator[Open]:
    async with town.open() as doors:
        yield doors
