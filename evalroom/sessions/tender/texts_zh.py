"""Faults in Chinese, by code; what stands in braces are the parameters of a fault."""

CHINESE: dict[str, str] = {
    # The file as a whole.
    "file_too_large": "文件超过 {limit} 字节，无法读取。",
    "file_empty": "文件是空的。",
    "file_is_archive": "这是工作簿或压缩包，不是 JSON 文件；工作簿请保存为 .xlsx 后导入。",
    "byte_order_mark": "文件带有 {encoding} 字节序标记，请另存为不带 BOM 的 UTF-8。",
    "not_utf8": "文件不是 UTF-8 编码（第 {at} 字节起无法识别）。",
    "not_json": "第 {line} 行第 {column} 列不符合 JSON 语法，附近内容：{near}",
    "nested_too_deep": "括号嵌套过深，不是招标评标文件。",
    "too_many_containers": "文件中的对象和列表超过 {limit} 个。",
    "too_many_values": "文件中的数据超过 {limit} 项。",
    "unknown_format": "文件格式为 {text}，本系统读取 {expected}。",
    "more_faults": "问题过多，只列出前 {shown} 条，请先改正这些。",
    # Types and texts.
    "expected_object": "应为对象（花括号），实际是{found}。",
    "expected_list": "应为列表（方括号），实际是{found}。",
    "expected_text": "应为文字，实际是{found}。",
    "expected_text_key": "名称应为文字，实际是{found}。",
    "expected_boolean": "应为 true 或 false，实际是{found}。",
    "expected_whole_number": "应为整数，实际是{found}。",
    "expected_decimal": "应为带引号的十进制数，实际是{found}。",
    "missing": "缺少此项。",
    "unknown_field": "没有这个字段。",
    "unknown_field_similar": "没有这个字段，是否应为 {suggestion}？",
    "key_twice": "此项在同一对象中出现了不止一次。",
    "unknown_word": "不能填“{text}”，可填：{allowed}。",
    "unknown_word_similar": "不能填“{text}”，是否应为 {suggestion}？可填：{allowed}。",
    "text_empty": "不能为空。",
    "text_too_long": "文字长 {length} 个字符，最多 {limit} 个。",
    "text_control_character": "含有看不见的控制字符 {code_point}，请删除后重新输入。",
    "text_surrounding_blanks": "首尾有多余空格。",
    "too_many_parts": "共 {count} 项，最多 {limit} 项。",
    "whole_number_out_of_range": "应在 0 至 {limit} 之间。",
    "number_for_decimal": '金额、分值和比例须写成带引号的文字，例如 "{text}"，以免精度丢失。',
    "decimal_malformed": "“{text}”不是十进制数；应如 2288231.72，不带千位分隔符、单位和空格。",
    "decimal_exponent": "“{text}”用了科学计数法，请写成普通小数。",
    "decimal_not_finite": "“{text}”不是数值。",
    "decimal_too_many_digits": "“{text}”整数部分超过 {digits} 位。",
    "decimal_too_many_places": "“{text}”小数超过 {places} 位。",
    # Parts that refer to each other.
    "id_twice": "编号“{id}”重复。",
    "no_such_section": "没有编号为“{id}”的评审部分。",
    "no_such_bid": "没有编号为“{id}”的投标人。",
    "no_such_member": "没有编号为“{id}”的委员会成员。",
    "no_such_venue": "没有编号为“{id}”的场所。",
    "section_without_criteria": "这个评审部分没有评审因素。",
    # Criteria.
    "points_missing": "缺少分值。",
    "points_not_positive": "分值应大于 0。",
    "field_not_for_kind": "评分方式为“{kind}”时不用此项，请清空。",
    "values_missing": "固定分值须列出可选的各档分值。",
    "value_twice": "分值 {value} 重复。",
    "value_beyond_points": "{value} 不在 0 至 {points} 之间。",
    "full_mark_not_listed": "各档中没有满分 {points}，任何投标人都得不到满分。",
    "deduction_missing": "扣分制须写明扣几分。",
    "deduction_beyond_points": "扣分应大于 0 且不超过分值 {points}。",
    "interval_not_positive": "打分间隔应大于 0。",
    "interval_beyond_points": "打分间隔大于分值 {points}。",
    "interval_does_not_divide": "分值 {points} 不是打分间隔的整数倍；满分仍可给出。",
    "band_empty": "档次“{label}”的区间是空的。",
    "band_beyond_points": "档次“{label}”超出 0 至 {points}。",
    "band_gap": "档次“{lower}”与“{upper}”之间有空档，其间的分数不属于任何一档。",
    "band_overlap": "档次“{lower}”与“{upper}”重叠，交界处的分数属于两档。",
    "band_top_open": "最高档“{label}”没有包含满分 {points}，应写作 ≤{points}。",
    "band_bottom_open": "最低档“{label}”从 {low} 起，更低的分数不属于任何一档。",
    "preliminary_is_pass_fail": "初步评审只作合格与否的结论，不能用“{kind}”。",
    "detailed_gives_points": "详细评审的因素须有分值；合格制因素请放入初步评审部分。",
    "source_missing": "须写明取自哪一项结构化数据。",
    "source_not_used": "只有“取自结构化数据”的因素才使用数据来源。",
    "data_missing": "该投标人缺少评审因素“{criterion}”所需的数据。",
    "data_does_not_fit": "数据不符合评审因素“{criterion}”的分值、间隔或可选值。",
    "no_scorers": "委员会中没有“{scored_by}”，此项无人评审。",
    "scorers_differ": "{level}要求同一汇总范围内各因素由相同成员评审。",
    # Amounts and dates.
    "amount_not_positive": "应大于 0。",
    "price_missing": "缺少投标报价，开标记录中也没有。",
    "rate_beyond_one": "应是 0 到 1 之间的比例，例如 10% 写作 0.10。",
    "deductions_take_all": "各项扣除合计达到或超过 100%。",
    "deduction_twice": "同一投标人对“{basis}”申请了两次扣除。",
    "shares_do_not_sum": "联合体各方份额合计不是 1。",
    "digest_malformed": "应为 SHA-256 值：64 位小写十六进制数字。",
    "pages_none": "页数应至少为 1。",
    "time_malformed": "不是时间，应如 2026-03-18T09:30。",
    "date_malformed": "不是日期，应如 2026-03-18。",
    "benchmark_missing": "评标基准价在开标时确定，但开标记录中没有。",
    "benchmark_of_nothing": "所有投标人都不计入基准价，无法得出评标基准价。",
    "evaluated_price_not_positive": "评审价保留 {places} 位小数后为 0，无法计算价格分。",
    "too_many_places": "小数位数最多 {limit} 位。",
    "word_twice": "同一项列了两次。",
    "trim_nothing": "去高去低后平均，每侧至少去掉 1 个。",
    "trim_leaves_nobody": "去掉最高最低后没有剩余成员；起算人数应大于两侧去掉之和。",
    "candidates_none": "至少推荐 1 名中标候选人。",
    "tie_breaker_twice": "同分排序中“{field}”出现了两次。",
    "technical_sections_unknown": (
        "同分按技术得分排序，须用规则 technical_sections 写明哪些部分属于技术得分。"
    ),
    "credit_missing": "同分按信用得分排序，但此投标人没有信用得分。",
    # Policies.
    "unknown_policy": "没有名为“{name}”的规则。",
    "unknown_policy_similar": "没有名为“{name}”的规则，是否应为 {suggestion}？",
    "policy_twice": "规则“{name}”出现了两次。",
    "policy_value": "规则“{name}”可取：{allowed}。",
    # Committee and seats.
    "committee_missing": "委员会名单尚未填写。",
    "committee_too_small": (
        "委员会 {count} 人，应为 {least} 人以上（《招标投标法》第三十七条；87号令第四十七条）。"
    ),
    "committee_even": "委员会 {count} 人，应为单数（《招标投标法》第三十七条；87号令第四十七条）。",
    "committee_small_for_budget": (
        "采购预算 1000 万元以上，评标委员会应为 7 人以上单数，现为 {count} 人（87号令第四十七条）。"
    ),
    "too_few_experts": (
        "专家 {count} 人，不足成员总数 {size} 人的三分之二（《招标投标法》第三十七条；"
        "87号令第四十七条）。"
    ),
    "representative_may_not_lead": "采购人代表不得担任评标组长（87号令第四十五条）。",
    "alias_twice": "代号“{alias}”重复，其他人无法区分两位成员。",
    "every_member_scores": (
        "政府采购中每位成员应独立评审每个投标人（87号令）；请确认招标文件另有约定。"
    ),
    "venues_missing": "评标场所尚未填写。",
    "main_venues": "主场应有且只有一个，现有 {count} 个。",
    "seated_twice": "成员“{member}”安排了两个席位。",
    "not_seated": "成员“{member}”没有席位。",
    # Rules of the tender.
    "second_opening_needs_two_envelopes": (
        "“第二次开标公开”只用于双信封工程，双信封工程也只能用它。"
    ),
    "price_hidden_after_opening": "政府采购在开标时宣布报价，评审中再隐藏报价没有意义。",
    "price_hidden_but_read_out": "开标记录中已有报价，评审中再隐藏报价没有意义。",
    "abnormal_rate_unlawful": "异常低价比例应在 {least} 至 {most} 之间（财库〔2026〕2号）。",
    "competition_not_negotiable": (
        "政府采购有效投标人不足 {least} 家不得评标，此规则不能降低（87号令第四十三条）。"
    ),
    "too_few_bids_procurement": "投标人 {count} 家，不足三家不得开标评标（87号令第四十三条）。",
    "too_few_bids_works": "投标人 {count} 家，少于 {least} 家（《招标投标法》第二十八条）。",
    "too_many_candidates": "中标候选人不超过 {most} 名（《招标投标法实施条例》第五十三条）。",
    "points_do_not_sum": "各项分值与报价分合计 {total} 分，不是 {full} 分。",
    "price_not_scored": (
        "没有报价分；只有执行统一定价或固定价格采购时才可如此（87号令第五十五条）。"
    ),
    "price_weight_too_low": (
        "{category}采购的价格分值占总分比重不得低于 {least}（87号令第五十五条）。"
    ),
    "points_not_counted": "{method}不按分值排序，此项得分不计入结果。",
    # Price preferences.
    "deduction_rates_differ": (
        "“{basis}”的扣除比例有 {rate} 和 {other} 两种；同一招标文件只能有一种"
        "（财库〔2020〕46号第九条）。"
    ),
    "deduction_outside_procurement": "价格扣除是政府采购政策，请确认招标文件有此约定。",
    "deduction_in_reserved_package": (
        "专门面向中小企业的采购包不再给予“{basis}”价格扣除（财库〔2020〕46号第九条）。"
    ),
    "deduction_rate_unlawful": (
        "“{basis}”的扣除比例应在 {least} 至 {most} 之间"
        "（财库〔2020〕46号、财库〔2022〕19号、国办发〔2025〕34号）。"
    ),
    "deduction_without_evidence": "没有写明价格扣除的证明材料。",
    "deduction_without_consortium": "按联合体申请扣除，但没有填写联合体成员。",
    "deduction_size_unknown": (
        "按小微企业申请扣除，但没有填写企业规模（货物看制造商，其他看投标人）。"
    ),
    "deduction_for_larger_firm": "{size}企业不享受小微企业价格扣除（货物看制造商，其他看投标人）。",
    "domestic_among_domestic": (
        "全部投标人都申请本国产品扣除；没有非本国产品竞争时不予扣除（国办发〔2025〕34号）。"
    ),
    # Numbers with a proof.
    "uscc_malformed": "不是统一社会信用代码：应为 18 位数字和大写字母（不含 I、O、S、V、Z）。",
    "uscc_check_digit": "统一社会信用代码校验不通过（GB 32100），请核对；确无代码可留空。",
    "id_card_malformed": "不是公民身份号码：应为 18 位，含有效出生日期。",
    "id_card_check_digit": "公民身份号码校验不通过（GB 11643），请核对。",
    "region_malformed": "不是行政区划代码：应为六位数字（GB/T 2260）。",
    "identifier_length": "长 {length} 位，通常为 {usual} 位，请核对。",
    "identifier_long": "长 {length} 位，超过常见的 {usual} 位，请核对。",
    # Findings.
    "price_above_ceiling": "报价高于最高限价或预算 {ceiling}，请委员会认定。",
    "price_unlike_opening": "与开标记录中的 {opening} 不一致，请核对。",
    "price_not_in_opening": "开标记录中没有此投标人的报价。",
    "file_hash_unusual": "不是 64 位十六进制的文件摘要。",
    "bidder_twice": "与投标人“{other}”相同；同一投标人递交了两份投标文件？",
    "file_twice": "投标文件与投标人“{other}”的完全相同。",
    "fingerprint_shared": "与投标人“{other}”的投标文件特征相同，初步评审前提示委员会。",
    "brand_missing": "没有填写核心产品的品牌，无法认定同品牌投标人（87号令第三十一条）。",
    "brand_shared": "核心产品与投标人“{other}”同品牌，按一家投标人计算（87号令第三十一条）。",
    "cell_without_reason": "不合格或要求说明的评审须写明理由。",
    # Before a session.
    "regime_not_yet_supported": "“{regime}”尚不能在线评审，只能用 tally 复算。",
    "method_not_yet_supported": "“{method}”尚不能在线评审，只能用 tally 复算。",
    "sheets_in_session": "正式评审的文件不得带有预先填好的评分表。",
    "nothing_there": "不能为空。",
    "too_many_cells": "成员 × 投标人 × 评审因素共 {count} 格，最多 {limit} 格。",
    # Sheets.
    "sheet_missing": "缺少此成员的评分表。",
    "item_missing": "投标人“{bid}”的评审因素“{criterion}”无人填写。",
    "member_unknown": "委员会中没有这位成员。",
    "bid_unknown": "没有这个投标人。",
    "criterion_unknown": "没有这个评审因素。",
    "not_a_scorer": "此项不由这位成员评审。",
    "values_differ": "投标人“{bid}”的评审意见须一致，但各成员填写不同。",
    "cell_missing": "此格没有填写。",
    "value_not_a_number": "应为数字。",
    "value_out_of_range": "超出分值范围。",
    "value_off_interval": "不符合打分间隔。",
    "value_not_in_list": "不是可选的固定分值。",
    "value_unknown": "合格制填 pass 或 fail，扣分制填 apply 或 none。",
    "price_not_positive": "报价应大于 0。",
}
