"""Events and the state they make."""

import msgspec
import pytest

from evalroom.sessions import declarations, interventions
from evalroom.sessions.matters import MATTERS
from evalroom.sessions.opening import TenderRecorded
from evalroom.sessions.state import Session
from tests.sessions.cast import brought_to


@pytest.mark.rule("S51")
def test_a_state_comes_back_from_a_snapshot_as_it_was() -> None:
    state = brought_to("closed").state
    packed = msgspec.msgpack.encode(state)
    assert msgspec.msgpack.decode(packed, type=Session) == state


@pytest.mark.rule("S52")
def test_a_revision_of_the_phase_grows_with_phases_and_pauses() -> None:
    table = brought_to("detailed")
    revision = table.state.phase_revision
    refusal = table.refused("hana", "PauseTechnically", seen=revision - 1, reason="x")
    assert (refusal.code, refusal.params["revision"]) == ("stale_revision", revision)
    table.act("hana", "PauseTechnically", seen=revision, reason="x")
    assert table.state.phase_revision == revision + 1


@pytest.mark.rule("S51")
def test_a_matter_leaves_its_slice_alone_on_an_event_of_another() -> None:
    state = brought_to("closed").state
    foreign = TenderRecorded(state.tender)
    for matter in MATTERS:
        before = getattr(state, matter.slice)
        assert matter.evolve(before, foreign, 9) is before
    assert interventions.evolve(None, foreign, 9) is None
    assert declarations.evolve(state.declarations, foreign, 9) is state.declarations
