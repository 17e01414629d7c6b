"""The sheet 标段: the lot, how scores become one, and the policies."""

from evalroom.sessions.tender.words import Word
from evalroom.workbook.layout import Column, Part, Sheet, Table

LOT = Sheet(
    Word("标段", "Lot"),
    Word(
        "本次评审的标段（包）、汇总办法，以及与默认不同的规则。",
        "The lot under review, how scores become one, and rules that differ from the default.",
    ),
    required=True,
    form=(
        Column(
            "lot.id",
            "Lot.id",
            Word("标段编号", "Lot id"),
            "line",
            Word("标段或包的编号。", "The number of the lot."),
            required=True,
        ),
        Column(
            "lot.title",
            "Lot.title",
            Word("标段名称", "Lot title"),
            "line",
            Word("标段或包的名称。", "The name of the lot."),
            required=True,
        ),
        Column(
            "aggregation.method",
            "Aggregation.method",
            Word("汇总方法", "Averaging"),
            "word",
            Word("不填为算术平均。", "The mean if empty."),
        ),
        Column(
            "aggregation.trim_each_side",
            "Aggregation.trim_each_side",
            Word("每侧去掉个数", "Trim on each side"),
            "whole",
            Word("仅用于去高去低后平均，不填为 1。", "By a trimmed mean; 1 if empty."),
        ),
        Column(
            "aggregation.min_members_to_trim",
            "Aggregation.min_members_to_trim",
            Word("去高去低起算人数", "Members needed to trim"),
            "whole",
            Word("评审人数达到此数才去高去低，不填为 5。", "5 if empty."),
        ),
        Column(
            "aggregation.level",
            "Aggregation.level",
            Word("汇总层次", "Averaging level"),
            "word",
            Word("不填为逐项汇总。", "Item by item if empty."),
        ),
        Column(
            "aggregation.round_at",
            "Aggregation.round_at",
            Word("四舍五入环节", "Rounding at"),
            "words",
            Word(
                "单项、部分小计、总分，可多选；不填为部分小计、总分，都不取填“无”。",
                "item, section, total; several possible. “none” for none.",
            ),
        ),
        Column(
            "aggregation.places",
            "Aggregation.places",
            Word("得分小数位数", "Decimal places"),
            "whole",
            Word("不填为 2。", "2 if empty."),
        ),
        Column(
            "tie_breakers",
            "Tender.tie_breakers",
            Word("同分排序", "Tie-breakers"),
            "records",
            Word(
                "每行一个：依据 | 方向，例如 投标报价 | 从低到高。",
                "One a line: field | direction, such as bid price | ascending.",
            ),
            parts=(
                Part("field", "word", "TieBreaker.field"),
                Part("direction", "word", "TieBreaker.direction"),
            ),
        ),
    ),
    table=Table(
        "policies",
        (
            Column(
                "name",
                "Policy.name",
                Word("规则名称", "Policy"),
                "line",
                Word("见手册中的规则表。", "See the table in the manual."),
                required=True,
                width=26,
            ),
            Column(
                "value",
                "Policy.value",
                Word("取值", "Value"),
                "line",
                Word("见手册中的规则表。", "See the table in the manual."),
                required=True,
            ),
            Column(
                "source_clause",
                "Policy.source_clause",
                Word("依据条款", "Source"),
                "line",
                Word("规则的依据。", "What the rule rests on."),
                width=40,
            ),
            Column(
                "effective_from",
                "Policy.effective_from",
                Word("生效日期", "In force from"),
                "date",
                Word("如 2026-02-01。", "Such as 2026-02-01."),
            ),
        ),
    ),
)
