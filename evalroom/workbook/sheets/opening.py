"""The sheet 开标记录: what was read out and drawn."""

from evalroom.sessions.tender.words import Word
from evalroom.workbook.layout import Column, Sheet, Table

OPENING = Sheet(
    Word("开标记录", "Opening record"),
    Word(
        "开标时宣布的报价和抽取的参数；没有则整页留空。",
        "What was read out and drawn, if anything.",
    ),
    form=(
        Column(
            "opening_record.at",
            "Opening.at",
            Word("开标时间", "Time"),
            "time",
            Word("如 2026-03-18T09:30。", "Such as 2026-03-18T09:30."),
        ),
        Column(
            "opening_record.benchmark",
            "Opening.benchmark",
            Word("评标基准价", "Benchmark"),
            "amount",
            Word("开标时已确定的才填。", "If it was fixed there."),
        ),
        Column(
            "opening_record.draws",
            "Opening.draws",
            Word("抽取参数", "Draws"),
            "pairs",
            Word("每行一个：名称=结果，如 K值=0.95。", "One a line: name=result."),
        ),
    ),
    table=Table(
        "opening_record.prices",
        (
            Column(
                "id",
                "Opening.prices",
                Word("唱标投标人编号", "Bid read out"),
                "line",
                Word("投标人表中的编号。", "Its id in the sheet of bids."),
                required=True,
                width=18,
            ),
            Column(
                "price",
                "Opening.prices",
                Word("唱标报价（元）", "Price read out"),
                "amount",
                Word("以元为单位。", "In yuan."),
                required=True,
                width=20,
            ),
        ),
    ),
)
