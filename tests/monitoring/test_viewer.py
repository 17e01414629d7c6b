"""One viewer of the wall: what he asked for, what he is told, and what he leaves behind."""

import pytest

from evalroom.monitoring import limits
from evalroom.monitoring.wall_messages import WallClose
from evalroom.monitoring.watching import Look
from evalroom.sessions.refusals import Malformed, Refused
from tests.monitoring.parts import (
    CAMERA,
    OTHER_SESSION,
    SCREEN,
    SOUND,
    START,
    frame,
)
from tests.monitoring.theatre import KINDS, Theatre


@pytest.mark.rule("M39")
def test_a_viewer_is_told_what_he_may_see_now_in_the_order_of_the_wall(theatre: Theatre) -> None:
    [said] = theatre.line.words()
    assert said["streams"] == [
        {
            "stream": theatre.handle(source),
            "source": source,
            "kind": kind,
            "codec": None,
            "epoch": START // 1000,
            "label_key": f"source.{kind}",
            "label": {"seat": "302-1"},
        }
        for source, kind in KINDS.items()
    ]


@pytest.mark.rule("M39")
def test_the_list_comes_again_when_something_has_changed_once_for_all_of_a_step(
    theatre: Theatre,
) -> None:
    theatre.line.words()
    theatre.push(CAMERA, SCREEN, key=True)
    assert theatre.line.words() == []
    theatre.turn()
    [said] = theatre.line.words()
    assert [listed["codec"] for listed in said["streams"]] == ["vp8", "vp8", None]  # type: ignore[attr-defined]
    theatre.push(CAMERA, SCREEN)
    theatre.gate.changed()
    theatre.turn()
    assert theatre.line.words() == [], "the same is not told twice"
    theatre.publishing[SCREEN].end("closed")
    theatre.turn()
    [said] = theatre.line.words()
    assert [listed["source"] for listed in said["streams"]] == [CAMERA, SOUND]  # type: ignore[attr-defined]


@pytest.mark.rule("M39")
def test_whoever_has_no_business_in_the_session_opens_no_wall(theatre: Theatre) -> None:
    del theatre.gate.open["vera"]
    with pytest.raises(Refused, match="not_invited"):
        theatre.seat().open()


@pytest.mark.rule("M39")
def test_what_is_not_asked_for_is_not_sent(theatre: Theatre) -> None:
    theatre.push(CAMERA, SCREEN, SOUND, key=True)
    assert theatre.seen() == []
    theatre.subscribe(CAMERA)
    theatre.push(CAMERA, SCREEN, SOUND)
    assert set(theatre.seen()) == {CAMERA}
    theatre.say(unsubscribe=[theatre.handle(CAMERA), 4_711])
    theatre.push(CAMERA, SCREEN, SOUND, key=True)
    assert theatre.seen() == []
    assert theatre.viewer.streams == 0


@pytest.mark.rule("M39")
def test_what_cannot_be_granted_is_refused_stream_by_stream(theatre: Theatre) -> None:
    theatre.gate.open["vera"].remove(SCREEN)
    elsewhere = theatre.publish(CAMERA, OTHER_SESSION).stream.handle
    theatre.line.words()
    theatre.say(
        subscribe=[
            {"stream": handle, "layer": 2, "width": 640}
            for handle in (theatre.handle(SCREEN), theatre.handle(SOUND), elsewhere, 4_711)
        ]
    )
    assert theatre.line.words() == [
        {"refused": theatre.handle(SCREEN), "code": "screen_sealed"},
        {"refused": theatre.handle(SOUND), "code": "heard_by_whep"},
        {"refused": elsewhere, "code": "unknown_stream"},
        {"refused": 4_711, "code": "unknown_stream"},
    ]
    theatre.push(CAMERA, SCREEN, SOUND, key=True)
    assert theatre.seen() == []
    assert len(theatre.looks) == 0, "and is no look"


@pytest.mark.rule("M32", "M39")
def test_a_source_that_ends_is_told_also_to_a_wall_that_is_hidden(watching: Theatre) -> None:
    watching.publishing[SCREEN].end("silent")
    watching.say(hidden=True)
    watching.publishing[CAMERA].end("closed")
    assert watching.line.words() == [
        {"ended": watching.handle(SCREEN), "code": "silent"},
        {"ended": watching.handle(CAMERA), "code": "closed"},
    ]
    assert watching.viewer.streams == 0


@pytest.mark.rule("M45")
def test_a_hidden_wall_gets_nothing_and_begins_anew_when_it_is_shown(watching: Theatre) -> None:
    watching.say(hidden=True)
    watching.say(hidden=True)
    watching.push(CAMERA, SCREEN, key=True)
    assert watching.seen() == []
    watching.say(hidden=False)
    watching.push(CAMERA, SCREEN)
    assert watching.seen() == [CAMERA, SCREEN, CAMERA, SCREEN], "from the cache, then live"


@pytest.mark.rule("M45")
def test_what_is_subscribed_to_while_hidden_comes_when_the_wall_is_shown(theatre: Theatre) -> None:
    theatre.say(hidden=True)
    theatre.subscribe(CAMERA)
    theatre.push(CAMERA, key=True)
    assert theatre.seen() == []
    theatre.gate.seal(SCREEN)
    theatre.say(hidden=False)
    assert theatre.seen() == [CAMERA]


@pytest.mark.rule("M35")
def test_the_more_tiles_begin_together_the_shorter_is_what_they_begin_with(
    theatre: Theatre,
) -> None:
    many = [f"venue.main.camera.{number}" for number in range(limits.REPLAY_TOGETHER // 3)]
    for source in many:
        theatre.publishing[source] = theatre.publish(source)
        theatre.gate.kinds[source] = "camera"
        theatre.gate.unseal(source)
    theatre.push(*many, key=True)
    for _ in range(3):
        theatre.push(*many)
    theatre.subscribe(*many)
    assert theatre.seen() == [], "four frames of each are too many"
    theatre.push(*many, key=True)
    assert theatre.seen() == many
    theatre.push(*many)
    theatre.push(*many)
    assert len(theatre.seen()) == 2 * len(many)
    theatre.say(hidden=True)
    theatre.say(hidden=False)
    assert theatre.seen() == [source for source in many for _ in range(3)]


@pytest.mark.rule("M46")
def test_a_look_lasts_as_long_as_the_picture_is_before_somebody(watching: Theatre) -> None:
    began = watching.clock.ms - 66
    watching.clock.ms += 1_000
    watching.say(hidden=True)
    hidden = watching.clock.ms
    watching.clock.ms += 5_000
    watching.say(hidden=False)
    shown = watching.clock.ms
    watching.clock.ms += 300
    watching.gate.seal(SCREEN)
    sealed = watching.clock.ms
    watching.clock.ms += 300
    watching.viewer.close()
    watching.viewer.close()
    watching.looks.flush()
    assert sorted(watching.recorded, key=lambda look: (look.source, look.since)) == [
        Look("vera", CAMERA, began, hidden),
        Look("vera", CAMERA, shown, watching.clock.ms),
        Look("vera", SCREEN, began, hidden),
        Look("vera", SCREEN, shown, sealed),
    ]
    assert len(watching.looks) == 0


@pytest.mark.rule("M46")
def test_without_a_record_of_the_look_there_is_no_picture(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evalroom.monitoring.watching.LOOKS_WAITING", 1)
    theatre.line.words()
    theatre.subscribe(CAMERA, SCREEN)
    assert theatre.line.words() == [
        {"refused": theatre.handle(SCREEN), "code": "busy", "retry_ms": 1_000}
    ]
    theatre.push(CAMERA, SCREEN, key=True)
    assert theatre.seen() == [CAMERA]


@pytest.mark.rule("M47")
def test_a_wall_shows_sixty_four_streams_and_no_more(theatre: Theatre) -> None:
    sources = [f"venue.main.camera.{n}" for n in range(limits.WALL_STREAMS + 1)]
    for source in sources:
        theatre.publishing[source] = theatre.publish(source)
        theatre.gate.kinds[source] = "camera"
    theatre.gate.open["vera"] = sources
    theatre.line.words()
    theatre.subscribe(*sources[:-1])
    theatre.subscribe(*sources[:-1], width=100)
    theatre.subscribe(sources[-1])
    assert theatre.line.words() == [
        {"refused": theatre.handle(sources[-1]), "code": "too_many_streams"}
    ]


@pytest.mark.rule("M44")
def test_a_second_subscription_changes_the_layer_of_the_first(watching: Theatre) -> None:
    watching.subscribe(CAMERA, layer=0)
    watching.clock.ms += 66
    for layer in (2, 1, 0):
        watching.publishing[CAMERA].push(frame(watching.clock.ms - START, layer=layer))
    assert [header.layer for header in watching.line.pictures()] == [0]
    assert watching.publishing[CAMERA].stream.takers == 1


@pytest.mark.rule("M35")
def test_the_one_large_picture_of_a_wall_is_the_one_that_is_looked_at(theatre: Theatre) -> None:
    theatre.push(CAMERA, SCREEN, key=True)
    for _ in range(30):
        theatre.push(CAMERA, SCREEN)
    theatre.subscribe(SCREEN, width=160)
    assert theatre.seen() == []
    theatre.subscribe(CAMERA, width=1_280)
    assert theatre.seen() == [CAMERA] * 31


@pytest.mark.rule("M42")
def test_acknowledgements_keep_the_pictures_coming(watching: Theatre) -> None:
    stream = watching.publishing[CAMERA].stream
    for _ in range(100):
        watching.push(CAMERA, SCREEN)
        watching.say(ack={str(stream.handle): stream._seq - 1, "4711": 5})
    seen = watching.seen()
    assert seen.count(CAMERA) == 100
    assert seen.count(SCREEN) < limits.LAG_FRAMES, "which nobody acknowledged"


@pytest.mark.rule("M52")
def test_whoever_does_not_even_take_the_words_is_cut_off(watching: Theatre) -> None:
    watching.line.owes = limits.SLOW_BYTES + 1
    watching.publishing[SCREEN].end("closed")
    assert watching.line.closed == (WallClose.SLOW, "slow")
    assert watching.figures.walls_cut_off == 1


@pytest.mark.rule("M54")
def test_a_closed_wall_leaves_nothing_behind(watching: Theatre) -> None:
    watching.gate.changed()
    watching.viewer.close()
    watching.turn()
    watching.push(CAMERA, SCREEN, key=True)
    watching.gate.seal(SCREEN)
    watching.publishing[CAMERA].end("closed")
    watching.turn()
    assert watching.line.frames == []
    assert watching.gate.watchers == {}
    assert watching.hub._told == {}
    assert [publishing.stream.takers for publishing in watching.publishing.values()] == [0, 0, 0]


@pytest.mark.rule("M48")
def test_a_stream_named_twice_in_one_breath_is_malformed(theatre: Theatre) -> None:
    with pytest.raises(Malformed):
        theatre.subscribe(CAMERA, CAMERA)
