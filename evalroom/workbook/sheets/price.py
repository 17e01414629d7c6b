"""The sheet 报价参数: how prices are scored."""

from evalroom.sessions.tender.words import Word
from evalroom.workbook.layout import Column, Sheet

PRICE = Sheet(
    Word("报价参数", "Price"),
    Word(
        "价格分的计算办法；报价不计分时整页留空。", "How prices are scored; empty if they are not."
    ),
    form=(
        Column(
            "price.points",
            "PriceRule.points",
            Word("价格分值", "Points"),
            "amount",
            Word("价格分的满分。", "The full mark of the price."),
        ),
        Column(
            "price.family",
            "PriceRule.family",
            Word("计算方法", "Formula"),
            "word",
            Word("不填为低价优先法。", "Lowest price first if empty."),
        ),
        Column(
            "price.visible",
            "PriceRule.visible",
            Word("报价公开时间", "Prices are seen"),
            "word",
            Word("不填为开标时公开。", "From the opening if empty."),
        ),
        Column(
            "price.places",
            "PriceRule.places",
            Word("价格分小数位数", "Decimal places of points"),
            "whole",
            Word("不填为 2。", "2 if empty."),
        ),
        Column(
            "price.evaluated_price_places",
            "PriceRule.evaluated_price_places",
            Word("评审价小数位数", "Decimal places of prices"),
            "whole",
            Word("不填为 2。", "2 if empty."),
        ),
        Column(
            "price.benchmark.fixed_at",
            "Benchmark.fixed_at",
            Word("基准价确定时间", "Benchmark fixed"),
            "word",
            Word("不填为报价评审时。", "In the price phase if empty."),
        ),
        Column(
            "price.benchmark.basis",
            "Benchmark.basis",
            Word("基准价构成", "Benchmark made from"),
            "line",
            Word("按招标文件填写。", "As in the tender document."),
        ),
        Column(
            "price.benchmark.not_in_benchmark",
            "Benchmark.not_in_benchmark",
            Word("不计入基准价的投标人", "Not in the benchmark"),
            "items",
            Word("投标人编号，每行一个。", "Ids of bids, one a line."),
        ),
        Column(
            "price.abnormal.of_mean",
            "AbnormalPrice.of_mean",
            Word("异常低价：平均价比例", "Abnormal: of the mean"),
            "rate",
            Word("不填为 50%。", "50 % if empty."),
        ),
        Column(
            "price.abnormal.of_next_lowest",
            "AbnormalPrice.of_next_lowest",
            Word("异常低价：次低价比例", "Abnormal: of the next lowest"),
            "rate",
            Word("不填为 50%。", "50 % if empty."),
        ),
        Column(
            "price.abnormal.of_ceiling",
            "AbnormalPrice.of_ceiling",
            Word("异常低价：最高限价比例", "Abnormal: of the ceiling"),
            "rate",
            Word("不填为 45%。", "45 % if empty."),
        ),
    ),
)
