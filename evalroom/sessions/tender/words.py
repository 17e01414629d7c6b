"""The words of the model as people say them: drop-down lists, manual and faults show these."""

from typing import Literal, NamedTuple

Lang = Literal["zh-CN", "en"]


class Word(NamedTuple):
    """One value of the file as people read it."""

    zh: str
    en: str

    def __call__(self, lang: Lang) -> str:
        return self.zh if lang == "zh-CN" else self.en


_SIZES = {
    "micro": Word("微型", "micro"),
    "small": Word("小型", "small"),
    "medium": Word("中型", "medium"),
    "large": Word("大型", "large"),
}

WORDS: dict[str, dict[str, Word]] = {
    "Tender.regime": {
        "works": Word("工程", "works"),
        "works_two_envelope": Word("工程（双信封）", "works with two envelopes"),
        "government_procurement": Word("政府采购", "government procurement"),
    },
    "Tender.method": {
        "comprehensive": Word("综合评估法（综合评分法）", "comprehensive scoring"),
        "lowest_evaluated": Word("经评审的最低投标价法", "lowest evaluated price"),
        "lowest_price": Word("最低评标价法", "lowest price"),
    },
    "Tender.category": {
        "works": Word("工程类", "works"),
        "goods": Word("货物类", "goods"),
        "services": Word("服务类", "services"),
    },
    "Section.stage": {
        "preliminary": Word("初步评审", "preliminary review"),
        "detailed": Word("详细评审", "detailed review"),
    },
    "Criterion.kind": {
        "pass_fail": Word("合格制", "pass or fail"),
        "range": Word("打分制", "points in a range"),
        "fixed": Word("固定分值", "points from a list"),
        "deduction": Word("扣分制", "fixed deduction"),
        "deduction_range": Word("扣分打分制", "deduction in a range"),
    },
    "Criterion.objective": {
        "each_then_match": Word("各自评审后须一致", "each enters and all must match"),
        "one_enters_all_confirm": Word("一人录入全体确认", "one enters and all confirm"),
        "from_structured_data": Word("取自结构化数据", "read from structured data"),
    },
    "Criterion.scored_by": {
        "all": Word("全体成员", "all members"),
        "technical": Word("技术类成员", "technical members"),
        "economic": Word("经济类成员", "economic members"),
        "experts": Word("评审专家", "experts"),
    },
    "Member.seniority": {
        "expert": Word("专家", "expert"),
        "procuring_entity_representative": Word(
            "招标人（采购人）代表", "procuring entity's representative"
        ),
    },
    "Member.discipline": {
        "technical": Word("技术", "technical"),
        "economic": Word("经济", "economic"),
    },
    "Venue.role": {"main": Word("主场", "main venue"), "sub": Word("副场", "sub-venue")},
    "Bid.size": _SIZES,
    "Bid.manufacturer_size": _SIZES,
    "Partner.size": _SIZES,
    "Deduction.basis": {
        "small_micro": Word("小微企业", "small and micro firms"),
        "consortium": Word("联合体", "consortium"),
        "subcontract": Word("分包", "subcontract"),
        "domestic": Word("本国产品", "domestic products"),
        "other": Word("其他", "other"),
    },
    "Aggregation.method": {
        "mean": Word("算术平均", "mean"),
        "trimmed_mean": Word("去高去低后平均", "trimmed mean"),
        "median": Word("中位数", "median"),
    },
    "Aggregation.level": {
        "item": Word("逐项汇总", "item by item"),
        "section_total": Word("按部分小计汇总", "by section totals"),
        "grand_total": Word("按个人总分汇总", "by grand totals"),
    },
    "Aggregation.round_at": {
        "item": Word("单项", "item"),
        "section": Word("部分小计", "section"),
        "total": Word("总分", "total"),
    },
    "PriceRule.family": {"lowest_first": Word("低价优先法", "lowest price first")},
    "PriceRule.visible": {
        "at_opening": Word("开标时公开", "public from the opening"),
        "hidden_until_technical_closed": Word(
            "技术商务评审结束后公开", "after the technical closing"
        ),
        "second_opening": Word("第二次开标公开", "at a second opening"),
    },
    "Benchmark.fixed_at": {
        "opening": Word("开标时", "at the opening"),
        "after_preliminary": Word("初步评审后", "after the preliminary review"),
        "price_phase": Word("报价评审时", "in the price phase"),
    },
    "TieBreaker.field": {
        "total": Word("总分", "total"),
        "price": Word("投标报价", "bid price"),
        "evaluated_price": Word("评审价", "evaluated price"),
        "technical": Word("技术得分", "technical points"),
        "credit": Word("信用得分", "credit"),
    },
    "TieBreaker.direction": {
        "ascending": Word("从低到高", "ascending"),
        "descending": Word("从高到低", "descending"),
    },
}
"""Field of the model → value in the file → what people call it."""
