"""The trace in words: one line a step, in Chinese or English. Formulas hold the numbers, never
their names.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Literal, assert_never

from evalroom.sessions.scoring.arithmetic import MAX_PLACES, round_half_up
from evalroom.sessions.scoring.trace import (
    AnyStep,
    Averaged,
    Compared,
    Evaluated,
    Judged,
    MemberValue,
    Priced,
    Settled,
    Summed,
)
from evalroom.sessions.tender.model import Tender

Lang = Literal["zh-CN", "en"]

LABELS: dict[Lang, dict[str, str]] = {
    "zh-CN": {
        "line": "{bid} · {what}：{how}",
        "judged": "通过 {passes}，不通过 {fails} → {verdict}",
        "passed": "通过",
        "failed": "不通过",
        "mean": "算术平均",
        "trimmed_mean": "去掉最高、最低后平均",
        "median": "中位数",
        "one_value": "一人评分",
        "lowest": "去掉最低 {values}",
        "highest": "去掉最高 {values}",
        "below": "居中值以下 {values}",
        "above": "居中值以上 {values}",
        "grand_total": "各评委总分",
        "common": "客观分，一致值 {entered} = {value}",
        "voted": "扣分 {votes}/{of} 票 → {decision} = {value}",
        "apply": "扣分成立",
        "none": "扣分不成立",
        "section_sum": "{section} 小计",
        "total": "总分",
        "evaluated_price": "评审价",
        "not_counted": "未扣除 {rate}（{reason}）",
        "reserved_for_small": "专门面向中小企业的采购不再扣除",
        "no_foreign_competitor": "无非本国产品参与竞争",
        "price_points": "价格分",
        "tie": "并列，比较{field}（{direction}）：{groups}",
        "better": " 优于 ",
        "equal": " = ",
        "field.total": "总分",
        "field.price": "投标报价",
        "field.technical": "技术得分",
        "field.credit": "信用得分",
        "field.evaluated_price": "评审价",
        "ascending": "低者优先",
        "descending": "高者优先",
        "joined": "，",
        "opened": "；",
    },
    "en": {
        "line": "{bid} · {what}: {how}",
        "judged": "{passes} passed, {fails} failed → {verdict}",
        "passed": "passed",
        "failed": "failed",
        "mean": "mean",
        "trimmed_mean": "trimmed mean",
        "median": "median",
        "one_value": "one value",
        "lowest": "lowest left out: {values}",
        "highest": "highest left out: {values}",
        "below": "below the middle: {values}",
        "above": "above the middle: {values}",
        "grand_total": "members' grand totals",
        "common": "objective, common value {entered} = {value}",
        "voted": "deduction {votes}/{of} votes → {decision} = {value}",
        "apply": "applies",
        "none": "does not apply",
        "section_sum": "{section}, sum",
        "total": "total",
        "evaluated_price": "evaluated price",
        "not_counted": "{rate} not taken off ({reason})",
        "reserved_for_small": "the package is reserved for small firms",
        "no_foreign_competitor": "no foreign product competes",
        "price_points": "price points",
        "tie": "equal so far, compared by {field} ({direction}): {groups}",
        "better": " before ",
        "equal": " = ",
        "field.total": "total",
        "field.price": "bid price",
        "field.technical": "technical points",
        "field.credit": "credit points",
        "field.evaluated_price": "evaluated price",
        "ascending": "lower first",
        "descending": "higher first",
        "joined": ", ",
        "opened": "; ",
    },
}


class Wording:
    """Puts the steps of one tender's trace into one language."""

    def __init__(self, tender: Tender, lang: Lang) -> None:
        self.words = LABELS[lang]
        self.bids = {bid.id: bid.bidder for bid in tender.bids}
        self.sections = {section.id: section.title for section in tender.sections}
        self.criteria = {criterion.id: criterion.title for criterion in tender.criteria}
        self.members = {member.id: member.alias for member in tender.committee}

    def lines(self, steps: Iterable[AnyStep]) -> Iterator[str]:
        """One line a step."""
        return map(self.line, steps)

    def line(self, step: AnyStep) -> str:
        """The step as one line."""
        match step:
            case Judged():
                verdict = self.words["passed" if step.passed else "failed"]
                how = self._say("judged", passes=step.passes, fails=step.fails, verdict=verdict)
                return self._line(step.bid, self.criteria[step.criterion], how)
            case Averaged():
                return self._line(step.bid, self._unit(step), self._averaged(step))
            case Settled():
                return self._line(step.bid, self.criteria[step.criterion], self._settled(step))
            case Summed():
                return self._line(step.bid, self._sum_of(step), _calculation(step))
            case Evaluated():
                how = self.words["opened"].join([_calculation(step), *self._not_counted(step)])
                return self._line(step.bid, self.words["evaluated_price"], how)
            case Priced():
                return self._line(step.bid, self.words["price_points"], _calculation(step))
            case Compared():
                return self._compared(step)
            case _:
                assert_never(step)

    def _line(self, bid: str, what: str, how: str) -> str:
        return self._say("line", bid=self.bids[bid], what=what, how=how)

    def _say(self, key: str, **parts: object) -> str:
        return self.words[key].format_map(parts)

    def _unit(self, step: Averaged) -> str:
        if len(step.criteria) == 1:
            return self.criteria[step.criteria[0]]
        return self.sections.get(step.section, self.words["grand_total"])

    def _averaged(self, step: Averaged) -> str:
        alone = len(step.kept) == 1 and step.method == "mean"
        said = [f"{self.words['one_value' if alone else step.method]} {_calculation(step)}"]
        sides = ("below", "above") if step.method == "median" else ("lowest", "highest")
        for side, values in zip(sides, (step.lowest, step.highest), strict=True):
            if values:
                said.append(self._say(side, values=self._values(values)))
        return self.words["opened"].join(said)

    def _values(self, values: Iterable[MemberValue]) -> str:
        return self.words["joined"].join(
            f"{one.points} ({self.members.get(one.member, one.member)})"
            if one.member
            else one.points
            for one in values
        )

    def _settled(self, step: Settled) -> str:
        if step.votes is None:
            return self._say("common", entered=step.entered, value=step.value)
        decision = self.words[step.entered]
        return self._say("voted", votes=step.votes, of=step.of, decision=decision, value=step.value)

    def _sum_of(self, step: Summed) -> str:
        if not step.section:
            return self.words["total"]
        return self._say("section_sum", section=self.sections[step.section])

    def _not_counted(self, step: Evaluated) -> Iterator[str]:
        for claim in step.claims:
            if not claim.counted:
                reason = self.words[claim.reason]
                yield self._say("not_counted", rate=f"{claim.rate:f}", reason=reason)

    def _compared(self, step: Compared) -> str:
        shown = [
            self.words["equal"].join(f"{self.bids[bid]} {step.values[bid]}" for bid in group)
            for group in step.groups
        ]
        return self._say(
            "tie",
            field=self.words[f"field.{step.field}"],
            direction=self.words[step.direction],
            groups=self.words["better"].join(shown),
        )


def _calculation(step: Averaged | Summed | Evaluated | Priced) -> str:
    """`formula = exact → value`, leaving out what would only repeat."""
    said = step.formula
    if step.exact != step.formula:
        said += f" = {step.exact}"
    if step.places is not None:
        return f"{said} → {round_half_up(Fraction(step.value), step.places)}"
    return (
        f"{said} ≈ {round_half_up(Fraction(step.exact), MAX_PLACES)}" if "/" in step.exact else said
    )
