"""The sheet 项目: the project as a whole."""

from evalroom.sessions.tender.words import Word
from evalroom.workbook.layout import Column, Sheet

PROJECT = Sheet(
    Word("项目", "Project"),
    Word("项目基本情况。", "The project as a whole."),
    required=True,
    form=(
        Column(
            "title",
            "Tender.title",
            Word("项目名称", "Title"),
            "line",
            Word("按招标文件填写。", "As in the tender document."),
            required=True,
        ),
        Column(
            "regime",
            "Tender.regime",
            Word("监管类型", "Regime"),
            "word",
            Word("决定评审环节和默认规则。", "Decides the phases and the default rules."),
            required=True,
        ),
        Column(
            "method",
            "Tender.method",
            Word("评标方法", "Method"),
            "word",
            Word("不填为综合评估法。", "Comprehensive scoring if empty."),
        ),
        Column(
            "category",
            "Tender.category",
            Word("项目类别", "Category"),
            "word",
            Word("不填为服务类。", "Services if empty."),
        ),
        Column(
            "procuring_entity",
            "Tender.procuring_entity",
            Word("招标人（采购人）", "Procuring entity"),
            "line",
            Word("单位全称。", "Its full name."),
        ),
        Column(
            "agent",
            "Tender.agent",
            Word("代理机构", "Agent"),
            "line",
            Word("单位全称。", "Its full name."),
        ),
        Column(
            "region",
            "Tender.region",
            Word("行政区划代码", "Region"),
            "code",
            Word("六位数字（GB/T 2260）。", "Six digits (GB/T 2260)."),
        ),
        Column(
            "identifiers",
            "Tender.identifiers",
            Word("项目编号等", "Identifiers"),
            "pairs",
            Word(
                "每行一个：名称=编号，例如 项目编号=ABC-2026-01。",
                "One a line: scheme=text, such as 项目编号=ABC-2026-01.",
            ),
        ),
        Column(
            "budget",
            "Tender.budget",
            Word("采购预算（元）", "Budget"),
            "amount",
            Word("以元为单位。", "In yuan."),
        ),
        Column(
            "ceiling_price",
            "Tender.ceiling_price",
            Word("最高限价（元）", "Ceiling price"),
            "amount",
            Word("以元为单位。", "In yuan."),
        ),
        Column(
            "reserved_for_small",
            "Tender.reserved_for_small",
            Word("专门面向中小企业", "Reserved for small firms"),
            "yes_no",
            Word("不填为否。", "No if empty."),
        ),
        Column(
            "core_product",
            "Tender.core_product",
            Word("核心产品", "Core product"),
            "line",
            Word("用于认定同品牌投标人。", "Bids with one brand of it count as one bidder."),
        ),
        Column(
            "candidates",
            "Tender.candidates",
            Word("中标候选人数", "Candidates"),
            "whole",
            Word("不填为 3。", "3 if empty."),
        ),
        Column(
            "notes",
            "Tender.notes",
            Word("备注", "Notes"),
            "prose",
            Word("可分行。", "May run over several lines."),
        ),
    ),
)
