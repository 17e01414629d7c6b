"""What a viewer of the wall may see, asked again at every change."""

import pytest

from evalroom.monitoring.wall_messages import WallClose
from tests.monitoring.parts import (
    ADA,
    CAMERA,
    SCREEN,
    SOUND,
    VERA,
)
from tests.monitoring.theatre import Theatre


@pytest.mark.rule("M40")
def test_a_seal_stops_the_screen_in_the_same_step_and_says_so(watching: Theatre) -> None:
    watching.gate.seal(SCREEN)
    watching.push(CAMERA, SCREEN, key=True)
    assert watching.seen() == [CAMERA]
    assert watching.line.words() == [{"ended": watching.handle(SCREEN), "code": "screen_sealed"}]
    watching.turn()
    [said] = watching.line.words()
    assert [listed["source"] for listed in said["streams"]] == [CAMERA, SOUND]  # type: ignore[attr-defined]
    assert watching.figures.wall_seals == 1


@pytest.mark.rule("M40")
def test_a_seal_that_falls_in_the_middle_of_a_pass_holds_for_those_still_to_come(
    watching: Theatre,
) -> None:
    class Sealing:
        """A recorder, say, whose frame makes the state change."""

        def take(self, *_: object) -> None:
            watching.gate.seal(SCREEN)

        renewed = ended = take

    # Vera's tile comes after it in the pass.
    watching.say(unsubscribe=[watching.handle(SCREEN)])
    watching.publishing[SCREEN].stream.attach(Sealing())
    watching.subscribe(SCREEN)
    watching.seen()
    watching.push(SCREEN, key=True)
    assert watching.seen() == []


@pytest.mark.rule("M40", "M41")
def test_after_the_seal_only_what_arrives_then_is_shown(watching: Theatre) -> None:
    watching.gate.seal(SCREEN)
    watching.push(SCREEN, key=True)
    watching.push(SCREEN)
    watching.gate.unseal(SCREEN, since=watching.clock.ms)
    watching.subscribe(SCREEN)
    watching.push(SCREEN)
    assert watching.seen() == []
    watching.push(SCREEN, key=True)
    assert watching.seen() == [SCREEN]


@pytest.mark.rule("M40")
def test_a_gate_that_fails_allows_nothing(watching: Theatre) -> None:
    watching.gate.fails = True
    watching.gate.changed()
    watching.push(CAMERA, SCREEN, key=True)
    assert watching.seen() == []
    assert {said["code"] for said in watching.line.words()} == {"not_shown"}


@pytest.mark.rule("M40")
def test_a_gate_that_fails_at_the_list_lists_nothing_and_shows_nothing(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the gate is broken")

    theatre.line.words()
    monkeypatch.setattr(theatre.gate, "sources", fail)
    theatre.subscribe(CAMERA)
    theatre.gate.changed()
    theatre.turn()
    assert theatre.line.words() == [
        {"refused": theatre.handle(CAMERA), "code": "not_shown"},
        {"streams": []},
    ]


@pytest.mark.rule("M40")
def test_whoever_is_not_invited_any_more_sees_nothing_and_is_sent_away(watching: Theatre) -> None:
    del watching.gate.open["vera"]
    watching.gate.changed()
    watching.push(CAMERA, SCREEN, key=True)
    assert watching.seen() == []
    watching.turn()
    assert watching.line.closed == (WallClose.FORBIDDEN, "not_invited")


@pytest.mark.rule("M40")
def test_whoever_cannot_be_judged_for_the_moment_is_asked_to_come_back(watching: Theatre) -> None:
    watching.gate.away = True
    watching.gate.changed()
    watching.push(CAMERA, SCREEN, key=True)
    assert watching.seen() == []
    watching.turn()
    assert watching.line.closed == (WallClose.TRY_LATER, "unavailable")


@pytest.mark.rule("M40")
def test_a_viewer_known_anew_is_asked_about_anew(watching: Theatre) -> None:
    watching.gate.open["ada"].remove(CAMERA)
    watching.viewer.renew(VERA)
    watching.viewer.renew(ADA)
    watching.push(CAMERA, SCREEN)
    assert watching.seen() == [SCREEN]
