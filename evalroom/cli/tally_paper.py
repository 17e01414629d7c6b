"""A tally as a paper for people: ranks, verdicts, prices and flags, then the calculation."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from evalroom.cli.tally_words import LABELS
from evalroom.cli.terminal import Lang, columns
from evalroom.sessions.scoring.facts import SCORING_VERSION, Outlier, PriceScore, Verdict
from evalroom.sessions.scoring.tally import Tally, scored_sections
from evalroom.sessions.scoring.trace import (
    AnyStep,
    Averaged,
    Evaluated,
    Judged,
    Priced,
    Settled,
    Summed,
)
from evalroom.sessions.scoring.wording import Wording
from evalroom.sessions.tender.model import Tender


def paper(tender: Tender, counted: Tally, steps: Sequence[AnyStep], lang: Lang) -> Iterator[str]:
    """The lines of the paper; the calculation only where there are steps."""
    return _Paper(tender, counted, lang).lines(steps)


class _Paper:
    def __init__(self, tender: Tender, counted: Tally, lang: Lang) -> None:
        self.tender = tender
        self.counted = counted
        self.words = LABELS[lang]
        self.wording = Wording(tender, lang)

    def lines(self, steps: Sequence[AnyStep]) -> Iterator[str]:
        yield f"{self.tender.title} · {self.tender.lot.title}"
        yield self._say("version", version=SCORING_VERSION)
        for title, body in self._chapters():
            yield from ("", title, *(f"  {line}" for line in body))
        if steps:
            yield from ("", self.words["calculation"])
            yield from self._calculation(steps)

    def _chapters(self) -> Iterator[tuple[str, Iterator[str]]]:
        counted, titles = self.counted, self.wording.sections
        yield self.words["result"], self._result()
        for section, verdicts in counted.verdicts.items():
            yield self._say("verdicts", section=titles[section]), self._verdicts(verdicts)
        if counted.rejected:
            yield self.words["rejected"], self._rejected()
        if counted.price_scores:
            yield self.words["prices"], self._prices()
        if counted.abnormal_prices and counted.abnormal_prices.thresholds:
            yield self.words["low_prices"], self._low_prices()
        if counted.outliers:
            yield self.words["outliers"], self._outliers()

    def _calculation(self, steps: Sequence[AnyStep]) -> Iterator[str]:
        """With a gap before each bid of a section, before the prices and before the totals."""
        last = _block(steps[0])
        for step in steps:
            if _block(step) != last:
                yield ""
            last = _block(step)
            yield f"  {self.wording.line(step)}"

    def _result(self) -> Iterator[str]:
        sections = scored_sections(self.tender)
        titles = [self.wording.sections[section] for section in sections]
        points = bool(self.counted.price_scores)
        head = [*self._head("rank", "bid", "bidder"), *titles]
        head += self._head("price_points") if points else []
        rows = [
            [
                str(one.rank),
                one.bid,
                self.wording.bids[one.bid],
                *(f"{one.sections[section]:f}" for section in sections),
                *([f"{one.price_points:f}"] if points else []),
                f"{one.total:f}",
                self.words[one.reason or "recommended"],
            ]
            for one in self.counted.result.standings
        ]
        if not rows:
            yield self.words["nobody"]
            return
        numbers = [True, False, False, *(True for _ in head[3:]), True, False]
        yield from columns([[*head, *self._head("total", "note")], *rows], numbers)
        for draw in self.counted.result.draws:
            yield self._say("draw", brand=draw.brand, bids=self._listed(draw.bids))

    def _verdicts(self, verdicts: Sequence[Verdict]) -> Iterator[str]:
        titles = self.wording.criteria
        rows = [self._head("bid", "bidder", "verdict", "failed_items")]
        for one in verdicts:
            failed = [
                f"{titles[item.criterion]} ({item.fails}/{item.fails + item.passes})"
                for item in one.items
                if not item.passed
            ]
            verdict = self.words["passed" if one.passed else "failed"]
            rows.append([one.bid, self.wording.bids[one.bid], verdict, self._listed(failed)])
        return columns(rows, [False] * 4)

    def _rejected(self) -> Iterator[str]:
        rows = [
            [bid, self.wording.bids[bid], self.wording.sections[section]]
            for bid, section in self.counted.rejected.items()
        ]
        return columns(rows, [False] * 3)

    def _prices(self) -> Iterator[str]:
        names = ("bid", "bidder", "original", "deduction", "evaluated", "benchmark", "price_points")
        rows = [self._head(*names), *map(self._price, self.counted.price_scores)]
        return columns(rows, [False, False, *[True] * 5])

    def _price(self, score: PriceScore) -> list[str]:
        off = [f"{claim.rate:f}" for claim in score.deductions if claim.counted]
        return [
            score.bid,
            self.wording.bids[score.bid],
            f"{score.original:f}",
            " + ".join(off),
            f"{score.evaluated:f}",
            f"{score.benchmark:f}",
            f"{score.points:f}",
        ]

    def _low_prices(self) -> Iterator[str]:
        review = self.counted.abnormal_prices
        assert review is not None
        for bound in review.thresholds:
            yield self._say(bound.rule, rate=f"{bound.rate:f}", limit=f"{bound.limit:f}")
        if not review.findings:
            yield self.words["none_below"]
        limits = {bound.rule: f"{bound.limit:f}" for bound in review.thresholds}
        for low in review.findings:
            below = self._say("below", limits=self._listed([limits[rule] for rule in low.rules]))
            yield f"{low.bid}  {self.wording.bids[low.bid]}  {low.price:f}  {below}"

    def _outliers(self) -> Iterator[str]:
        names = ["bid", "member", "of", "value", "mean", "band", "deviation"]
        shown = [one for one in self.counted.outliers if one.substituted is not None]
        names += ["others_mean", "substituted"] if shown else []
        rows = [self._head(*names)]
        for one in self.counted.outliers:
            substitute = [_or_blank(one.others_mean), _or_blank(one.substituted)] if shown else []
            rows.append([*self._outlier(one), *substitute])
        return columns(rows, [False, False, False, *[True] * (len(names) - 3)])

    def _outlier(self, one: Outlier) -> list[str]:
        unit = self.wording.sections.get(one.section, self.words["grand_total"])
        if len(one.criteria) == 1:
            unit = self.wording.criteria[one.criteria[0]]
        return [
            one.bid,
            self.wording.members.get(one.member, one.member),
            unit,
            f"{one.value:f}",
            f"{one.mean:f}",
            f"{one.low:f}–{one.high:f}",
            f"{one.deviation:f} %",
        ]

    def _head(self, *names: str) -> list[str]:
        return [self.words[name] for name in names]

    def _listed(self, names: Sequence[str]) -> str:
        return self.words["list"].join(names)

    def _say(self, key: str, **parts: object) -> str:
        return self.words[key].format_map(parts)


def _block(step: AnyStep) -> tuple[str, str]:
    match step:
        case Evaluated() | Priced():
            return "price", ""
        case Judged() | Averaged() | Settled() | Summed() if step.section:
            return step.section, step.bid
        case _:
            return "total", ""


def _or_blank(number: Decimal | None) -> str:
    return "" if number is None else f"{number:f}"
