"""The sheet 投标人: who bids, and what the bids claim."""

from evalroom.sessions.tender.words import Word
from evalroom.workbook.layout import Column, Part, Sheet, Table

_PAIRS = Word("每行一个：名称=内容。", "One a line: name=text.")

BIDS = Sheet(
    Word("投标人", "Bids"),
    Word("每行一个投标人。", "One bid a row."),
    required=True,
    table=Table(
        "bids",
        (
            Column(
                "id",
                "Bid.id",
                Word("投标人编号", "Bid"),
                "line",
                Word("本文件内的简短编号，如 A。", "A short id inside this file, such as A."),
                required=True,
                width=12,
            ),
            Column(
                "bidder",
                "Bid.bidder",
                Word("投标人名称", "Bidder"),
                "line",
                Word("单位全称；联合体填牵头人。", "Full name; of a consortium its leader."),
                required=True,
                width=32,
            ),
            Column(
                "price",
                "Bid.price",
                Word("投标报价（元）", "Price"),
                "amount",
                Word("原始报价，以元为单位。", "The original price in yuan."),
                width=18,
            ),
            Column(
                "uscc",
                "Bid.uscc",
                Word("统一社会信用代码", "Credit code"),
                "code",
                Word("18 位；校验位会核对。", "18 signs; the check sign is verified."),
                width=24,
            ),
            Column(
                "size",
                "Bid.size",
                Word("企业规模", "Size"),
                "word",
                Word("投标人的规模。", "Of the bidder."),
                width=10,
            ),
            Column(
                "manufacturer_size",
                "Bid.manufacturer_size",
                Word("制造商规模", "Manufacturer's size"),
                "word",
                Word("货物采购看制造商。", "For goods the manufacturer counts."),
                width=12,
            ),
            Column(
                "domestic_ratio",
                "Bid.domestic_ratio",
                Word("本国产品成本占比", "Domestic ratio"),
                "rate",
                Word("如 80% 或 0.80。", "Such as 80% or 0.80."),
            ),
            Column(
                "brand",
                "Bid.brand",
                Word("核心产品品牌", "Brand"),
                "line",
                Word("同品牌按一家计算。", "One brand counts as one bidder."),
            ),
            Column(
                "deductions",
                "Bid.deductions",
                Word("价格扣除", "Deductions"),
                "records",
                Word(
                    "每行一个：依据 | 比例 | 证明材料，例如 小微企业 | 10% | 声明函第 3 页。",
                    "One a line: basis | rate | evidence, such as domestic products | 20% | p. 3.",
                ),
                width=34,
                parts=(
                    Part("basis", "word", "Deduction.basis"),
                    Part("rate", "rate", "Deduction.rate"),
                    Part("evidence", "line", "Deduction.evidence"),
                ),
            ),
            Column(
                "consortium",
                "Bid.consortium",
                Word("联合体成员", "Consortium"),
                "records",
                Word(
                    "每行一家：名称 | 统一社会信用代码 | 份额 | 规模，后三项可空。",
                    "One firm a line: name | credit code | share | size; three may be empty.",
                ),
                width=34,
                parts=(
                    Part("name", "line", "Partner.name"),
                    Part("uscc", "code", "Partner.uscc"),
                    Part("share", "rate", "Partner.share"),
                    Part("size", "word", "Partner.size"),
                ),
            ),
            Column(
                "credit_score",
                "Bid.credit_score",
                Word("信用得分", "Credit"),
                "amount",
                Word("按信用评价结果填写。", "As the credit register says."),
                width=12,
            ),
            Column(
                "data",
                "Bid.data",
                Word("结构化数据", "Data"),
                "pairs",
                _PAIRS,
                width=26,
            ),
            Column(
                "fingerprints",
                "Bid.fingerprints",
                Word("投标文件特征", "Fingerprints"),
                "pairs",
                _PAIRS,
                width=26,
            ),
            Column(
                "file_hash",
                "Bid.file_hash",
                Word("投标文件摘要", "File digest"),
                "code",
                Word("64 位十六进制数字。", "64 hexadecimal digits."),
            ),
        ),
    ),
)
