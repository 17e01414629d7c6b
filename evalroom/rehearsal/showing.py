"""Rehearsals as an onlooker sees them: one session drawn from its beginning to its end, or many in
one line.
"""

from collections.abc import Sequence

from msgspec import Struct
from rich.console import Console
from rich.text import Text

from evalroom.rehearsal.drill import Terms, Troupe, held, stage_of
from evalroom.rehearsal.load import Load, Meter
from evalroom.rehearsal.progress import STEP, Screen
from evalroom.rehearsal.stage import Stage
from evalroom.rehearsal.together import repeated, together
from evalroom.rehearsal.verdict import Verdict
from evalroom.rehearsal.words import Words

LINE_SECONDS = 2.0
"""Between two lines about many sessions where nothing can be redrawn."""


class Shown(Struct, frozen=True):
    """What came of one session or of many, and what it cost."""

    verdicts: tuple[Verdict, ...]
    load: Load

    @property
    def right(self) -> bool:
        """Whether all ended right."""
        return all(verdict.right for verdict in self.verdicts)


async def show_one(
    terms: Terms, people: Troupe, session: str, console: Console, words: Words
) -> Shown:
    """Hold a session and draw it. Raises what `held` raises."""
    meter = Meter(terms.clock)
    with Screen(console, terms.script.tender, words) as screen:

        def draw() -> None:
            if stage.overseer.client.joined:
                cut = set(stage.links_cut) - set(stage.links_back)
                screen.show(stage.overseer.client.view, meter.seconds, cut)

        stage = stage_of(terms, people, session, told=draw)
        verdicts: list[Verdict] = []
        drawing = repeated(draw, STEP, terms.clock)
        await together(_hold(terms, people, stage, verdicts), beside=drawing)
        draw()
    return Shown(tuple(verdicts), _read(meter, [stage]))


async def show_many(
    terms: Terms,
    seated: Sequence[tuple[Troupe, str]],
    console: Console,
    words: Words,
) -> Shown:
    """Hold many sessions at once; `seated` are troupes with the sessions they are appointed to.

    The first one that fails ends them all. Raises what `held` raises.
    """
    meter = Meter(terms.clock)
    stages = [stage_of(terms, people, session) for people, session in seated]
    verdicts: list[Verdict] = []

    def draw() -> None:
        line = words(
            "sessions",
            done=len(verdicts),
            count=len(stages),
            commands=len(_latencies(stages)),
            seconds=f"{meter.seconds:.0f}",
        )
        end = "\r" if console.is_terminal else "\n"
        console.print(Text(f"  {line}", style="dim"), end=end, soft_wrap=True)

    step = STEP if console.is_terminal else LINE_SECONDS
    work = [
        _hold(terms, people, stage, verdicts)
        for (people, _), stage in zip(seated, stages, strict=True)
    ]
    await together(*work, beside=repeated(draw, step, terms.clock))
    draw()
    if console.is_terminal:
        console.print()
    return Shown(tuple(verdicts), _read(meter, stages))


async def _hold(terms: Terms, people: Troupe, stage: Stage, verdicts: list[Verdict]) -> None:
    verdicts.append(await held(terms, people, stage))


def _read(meter: Meter, stages: Sequence[Stage]) -> Load:
    reached = [seconds for stage in stages for seconds in stage.reached]
    return meter.read(_latencies(stages), reached)


def _latencies(stages: Sequence[Stage]) -> list[float]:
    return [
        seconds
        for stage in stages
        for played in stage.people
        for seconds in played.client.latencies
    ]
