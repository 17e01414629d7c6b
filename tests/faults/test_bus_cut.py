"""The bus is gone for one node only: broken off, or a wire that swallows everything."""

import pytest

from tests.faults.author import seen_after, until
from tests.faults.town import Open

SWEEPS = 3.0
"""Far more than the second between two looks into the ledger, on a machine that is busy."""

TIMES = 2


@pytest.mark.slow(60)
@pytest.mark.rule("B23")
@pytest.mark.parametrize("how", ["cut", "hold"])
async def test_a_node_cut_off_from_the_bus_sees_all_in_the_ledger_and_is_repaired(
    open_town: Open, how: str
) -> None:
    town, session = open_town.town, await open_town.session()
    lead = await open_town.author("agency_lead", session, town.urls[0])
    reader = await open_town.author("m1", session, town.urls[1])
    member = await open_town.author("m2", session, town.urls[0])
    await member.give("CheckIn")
    await until(reader, lambda: reader.presence.get("m2") == "online")
    shown: list[str] = []
    if how == "cut":
        await open_town.wire.cut()
    else:
        open_town.wire.hold()
    delays = [await seen_after(lead, reader, f"{how} {n}") for n in range(TIMES)]
    assert max(delays) < SWEEPS, delays
    while reader.presence["m2"] != "unknown":
        shown.append(reader.presence["m2"])
        await reader.news()
    # What the node cannot know it does not claim: nobody is shown as away.
    assert set(shown) <= {"online"}
    delays.append(await seen_after(lead, reader, f"still {how}"))
    if how == "cut":
        await open_town.wire.open()
    else:
        open_town.wire.release()
    delays.append(await seen_after(lead, reader, "back"))
    await until(reader, lambda: reader.presence["m2"] == "online")
    delays.append(await seen_after(lead, reader, "there"))
    assert max(delays) < SWEEPS, delays
    assert reader.view == await reader.fresh()
