"""What is wrong with a picture or a sound, from figures alone."""

from collections.abc import Iterator

import pytest

from evalroom.monitoring.findings import (
    AWAY_LOOKS,
    USUAL_LOOKS,
    Found,
    Look,
    PictureWatch,
    SoundWatch,
    likeness,
)

SCENE = tuple(float(n * 37 % 200) for n in range(144))
ELSEWHERE = tuple(float(n * n * 13 % 197) for n in range(144))


def alive(number: int) -> Look:
    """A usual picture in which something moves."""
    return Look(120, 40, 8, tuple(v + (n % 7 == number % 7) * 6 for n, v in enumerate(SCENE)))


def looks(
    watch: PictureWatch, shown: list[Look], *, first: float = 0
) -> Iterator[tuple[float, Found]]:
    """What is found, a key frame each two seconds."""
    for number, look in enumerate(shown):
        now = first + number * 2.0
        for found in watch.look(look, now):
            yield now, found


def usual(watch: PictureWatch) -> None:
    assert list(looks(watch, [alive(n) for n in range(USUAL_LOOKS + 2)], first=-100)) == []


@pytest.mark.rule("M80")
@pytest.mark.parametrize(
    ("condition", "wrong"),
    [
        ("black", Look(16, 0.5, 0.1, (16.0,) * 144)),
        ("occluded", Look(96, 3, 0.4, (96.0,) * 144)),
        ("frozen", alive(0)),
        ("overexposed", Look(240, 12, 3, (240.0,) * 143 + (200.0,))),
        ("dark", Look(38, 12, 3, (38.0,) * 143 + (60.0,))),
        ("blurred", Look(120, 30, 1.5, SCENE)),
        ("scene_moved", Look(120, 40, 8, ELSEWHERE)),
    ],
)
def test_a_condition_is_found_when_it_has_held_for_its_time(condition: str, wrong: Look) -> None:
    watch = PictureWatch(after=10)
    usual(watch)
    shown = [wrong] * 8
    if condition not in ("frozen", "black", "occluded"):
        # Something else moves in it, or it would be frozen as well.
        shown = [
            Look(w.mean, w.deviation, w.edges, tuple(v + n % 2 * 6 for v in w.thumbnail))
            for n, w in enumerate(shown)
        ]
    found = list(looks(watch, shown))
    assert found == [(10.0, Found(condition))]  # type: ignore[arg-type]


@pytest.mark.rule("M80")
def test_what_is_shorter_is_no_alarm() -> None:
    watch = PictureWatch(after=10)
    hand = Look(96, 3, 0.4, (96.0,) * 144)
    shown = [alive(0), *[hand] * 5, *[alive(n) for n in range(4)], *[hand] * 5]
    assert list(looks(watch, shown)) == []


@pytest.mark.rule("M80")
def test_it_is_over_after_two_looks_without_it() -> None:
    watch = PictureWatch(after=4)
    black = Look(16, 0.5, 0.1, (16.0,) * 144)
    shown = [*[black] * 4, alive(0), black, *[alive(n) for n in range(4)]]
    assert list(looks(watch, shown)) == [
        (4.0, Found("black")),
        (12.0 + 2 * (AWAY_LOOKS - 1), Found("black", over=True)),
    ]


@pytest.mark.rule("M81")
def test_of_several_the_gravest_alone_is_found() -> None:
    watch = PictureWatch(after=10)
    black = Look(16, 0.5, 0.1, (16.0,) * 144)
    assert [f.condition for _, f in looks(watch, [black] * 10)] == ["black"]


@pytest.mark.rule("M81")
def test_a_screen_may_stand_still_and_be_dark_but_not_go_black() -> None:
    watch = PictureWatch(after=10, screen=True)
    page = Look(30, 20, 4, SCENE)
    assert list(looks(watch, [page] * 10)) == []
    black = Look(16, 0.5, 0.1, (16.0,) * 144)
    assert [f.condition for _, f in looks(watch, [black] * 10, first=50)] == ["black"]


@pytest.mark.rule("M80")
def test_daylight_that_fades_is_no_camera_that_was_turned() -> None:
    watch = PictureWatch(after=4)
    shown = [
        Look(160 - n, 40, 8, tuple(v * (1 - n / 200) + n % 2 * 6 for v in SCENE)) for n in range(60)
    ]
    assert list(looks(watch, shown)) == []


@pytest.mark.rule("M82")
def test_a_microphone_is_silent_after_its_time_and_a_quiet_room_is_not() -> None:
    watch = SoundWatch(silent_after=120, clipped_after=5)
    quiet = [f for second in range(200) for f in watch.second([60] * 50, second)]
    assert quiet == []
    found = [(s, f) for s in range(200, 400) for f in watch.second([127] * 50, s)]
    assert found == [(320, Found("audio_silent"))]
    over = [f for s in range(400, 404) for f in watch.second([40] * 50, s)]
    assert over == [Found("audio_silent", over=True)]


@pytest.mark.rule("M82")
def test_a_sound_that_is_cut_off_is_found_and_a_cough_is_not() -> None:
    watch = SoundWatch(silent_after=120, clipped_after=5)
    assert [f for s in range(3) for f in watch.second([0] * 50, s)] == []
    assert [f for s in range(3, 9) for f in watch.second([30] * 50, s)] == []
    found = [f for s in range(9, 20) for f in watch.second([1] * 20 + [30] * 30, s)]
    assert found == [Found("audio_clipped")]


def test_a_second_without_packets_says_nothing_of_silence() -> None:
    watch = SoundWatch(silent_after=2, clipped_after=5)
    assert [f for s in range(10) for f in watch.second([], s)] == []


def test_likeness_is_that_of_the_scene_and_not_of_its_light() -> None:
    assert likeness(SCENE, tuple(v / 2 + 20 for v in SCENE)) == pytest.approx(1)
    assert likeness(SCENE, ELSEWHERE) < 0.5
    assert likeness(SCENE, ()) == 1
    assert likeness((5.0,) * 144, SCENE) == 1
