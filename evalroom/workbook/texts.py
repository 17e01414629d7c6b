"""The sentence for each fault of a workbook; those of the tender itself come from its own texts."""

from evalroom.sessions.tender.faults import Fault
from evalroom.sessions.tender.texts import message as tender_message
from evalroom.sessions.tender.words import Lang, Word
from evalroom.workbook.faults import WorkbookFault

TEXTS: dict[str, Word] = {
    # The file as a whole.
    "workbook_too_large": Word(
        "文件超过 {limit} 字节。",
        "The file is larger than {limit} bytes.",
    ),
    "workbook_empty": Word("文件是空的。", "The file is empty."),
    "not_a_workbook": Word(
        "不是 Excel 工作簿（.xlsx）。",
        "This is not an Excel workbook (.xlsx).",
    ),
    "workbook_of_old_format": Word(
        "这是旧版 Excel 或 WPS 格式（.xls、.et），请另存为 .xlsx。",
        "This is the old Excel or WPS format (.xls, .et); save it as .xlsx.",
    ),
    "workbook_encrypted": Word(
        "工作簿设有打开密码，请取消密码后再导入。",
        "The workbook is protected by a password; remove it first.",
    ),
    "other_document": Word(
        "这是 {kind} 文件，不是 Excel 工作簿（.xlsx）。",
        "This is a {kind} file, not an Excel workbook (.xlsx).",
    ),
    "workbook_damaged": Word(
        "文件不完整或已损坏，请用 Excel 或 WPS 打开后另存为 .xlsx。",
        "The file is incomplete or damaged; open it in Excel or WPS and save it anew.",
    ),
    "workbook_too_many_parts": Word(
        "工作簿内的部件超过 {limit} 个。",
        "The workbook has more than {limit} parts.",
    ),
    "workbook_unpacks_too_large": Word(
        "工作簿解压后超过 {limit} 字节。",
        "The workbook unpacks to more than {limit} bytes.",
    ),
    "workbook_too_many_elements": Word(
        "工作簿内容超过 {limit} 个元素，请删去无关的工作表和格式。",
        "The workbook has more than {limit} elements; delete what does not belong to it.",
    ),
    "workbook_range_too_large": Word(
        "合并单元格、链接或批注涉及的单元格超过 {limit} 个。",
        "Merged cells, links or comments cover more than {limit} cells.",
    ),
    "workbook_has_doctype": Word(
        "文件含有外部定义（DOCTYPE），不是 Excel 生成的工作簿。",
        "The file has a document type definition; no spreadsheet program writes one.",
    ),
    # Sheets, labels and headers.
    "no_such_sheet": Word("缺少工作表“{name}”。", "The sheet “{name}” is missing."),
    "no_such_sheet_similar": Word(
        "缺少工作表“{name}”；“{suggestion}”是否应改为此名？",
        "The sheet “{name}” is missing; is “{suggestion}” meant?",
    ),
    "sheet_ignored": Word(
        "模板中没有这张工作表，未读取。", "The template has no such sheet: not read."
    ),
    "sheet_hidden": Word("工作表被隐藏，请取消隐藏。", "The sheet is hidden; show it."),
    "header_missing": Word(
        "找不到表头；应有：{labels}。",
        "There is no header row; needed: {labels}.",
    ),
    "unknown_label": Word(
        "模板中没有“{label}”，请改名或删除。",
        "The template has no “{label}”; rename or delete it.",
    ),
    "unknown_label_similar": Word(
        "模板中没有“{label}”，是否应为“{suggestion}”？",
        "The template has no “{label}”; is “{suggestion}” meant?",
    ),
    "label_twice": Word("“{label}”出现了两次。", "“{label}” stands twice."),
    "column_missing": Word("缺少“{label}”列。", "The column “{label}” is missing."),
    "column_without_header": Word("这一列没有表头。", "This column has no header."),
    "value_without_label": Word("这一行没有项目名称。", "This line has no label."),
    # What nobody would see.
    "cell_too_far": Word(
        "超出读取范围（前 {rows} 行、前 {columns} 列），请删除。",
        "Beyond the first {rows} rows and {columns} columns that are read; delete it.",
    ),
    "row_hidden": Word(
        "第 {row} 行被隐藏或筛选掉，但有内容，请取消隐藏或删除。",
        "Row {row} is hidden or filtered out and not empty; show or delete it.",
    ),
    "column_hidden": Word(
        "{column} 列被隐藏，但有内容，请取消隐藏或删除。",
        "Column {column} is hidden and not empty; show or delete it.",
    ),
    "cells_merged": Word(
        "{area} 是合并单元格，请取消合并并逐格填写。",
        "{area} is merged; split it and fill each cell.",
    ),
    # Rows.
    "group_without_id": Word("缺少编号。", "The id is missing."),
    "group_differs": Word(
        "与前面“{id}”的填写不一致。",
        "This differs from what was said of “{id}” above.",
    ),
    "price_line_incomplete": Word(
        "投标人编号和报价须同时填写。",
        "Both the bid and its price are needed.",
    ),
    # Cells.
    "formula": Word(
        "含有公式，请改为填写结果（选择性粘贴为数值）。",
        "This is a formula; paste its result as a value.",
    ),
    "cell_error": Word("是错误值 {text}。", "This is the error {text}."),
    "number_in_text": Word(
        "应为文字；请把单元格设为文本格式后重新填写。",
        "A text is expected; format the cell as text and type it anew.",
    ),
    "digits_lost": Word(
        "以数字填写，超过 15 位的部分已丢失；请把单元格设为文本格式后重新填写。",
        "As a number it has lost what is past 15 digits; format the cell as text and retype it.",
    ),
    "date_in_text": Word(
        "被识别为日期；请把单元格设为文本格式后重新填写。",
        "This has become a date; format the cell as text and type it anew.",
    ),
    "boolean_in_text": Word("应为文字，实际是真假值。", "A text is expected, not true or false."),
    "expected_number": Word("应为数字。", "A number is expected."),
    "date_in_number": Word(
        "应为数字，实际是日期；请改单元格格式后重新填写。",
        "A number is expected, not a date; change the format of the cell and type it anew.",
    ),
    "number_not_exact": Word(
        "{text} 的位数超出表格能精确保存的范围；请把单元格设为文本格式后重新填写。",
        "{text} has more digits than a spreadsheet keeps exactly; type it as a text.",
    ),
    "number_shown_rounded": Word(
        "实际保存的是 {text}，显示时被四舍五入；请填写应有的数值。",
        "What is stored is {text}, shown rounded; type the number that is meant.",
    ),
    "number_format_unclear": Word(
        "数字格式 {text} 会改变显示的数值；请设为“数值”或“常规”。",
        "The number format {text} changes what is shown; use a plain one.",
    ),
    "percent_in_amount": Word("此处不用百分比。", "No per cent here."),
    "not_whole": Word("应为整数，实际是 {text}。", "A whole number is expected, not {text}."),
    "not_yes_no": Word("应填是或否，实际是“{text}”。", "Yes or no is expected, not “{text}”."),
    "date_unclear": Word(
        "不是明确的日期或时间：{text}。", "This is no clear date or time: {text}."
    ),
    "unknown_choice": Word(
        "不能填“{text}”，可填：{allowed}。",
        "“{text}” cannot stand here; possible: {allowed_en}.",
    ),
    "unknown_choice_similar": Word(
        "不能填“{text}”，是否应为“{suggestion}”？可填：{allowed}。",
        "“{text}” cannot stand here; is “{suggestion}” meant? Possible: {allowed_en}.",
    ),
    "pair_malformed": Word(
        "“{line}”应写成 名称=内容，每行一个。",
        "“{line}” should be name=text, one a line.",
    ),
    "name_twice": Word("名称“{name}”重复。", "The name “{name}” stands twice."),
    "band_malformed": Word(
        "“{line}”应写成 优 13≤x≤15 的形式，每行一档。",
        "“{line}” should look like good 13≤x≤15, one a line.",
    ),
    "record_too_long": Word(
        "“{line}”超过 {parts} 项；各项之间用 | 分隔，每行一条。",
        "“{line}” has more than {parts} parts; parts have | between, one record a line.",
    ),
    # Writing.
    "cell_too_long": Word(
        "内容长 {length} 个字符，一个单元格最多 {limit} 个；请改用 JSON 文件。",
        "{length} characters, where a cell holds {limit}; use the JSON file.",
    ),
}


def message(fault: WorkbookFault, lang: Lang = "zh-CN") -> str:
    """The fault in one sentence, without its place."""
    text = TEXTS.get(fault.code)
    if text is None:
        return tender_message(Fault(fault.path, fault.code, fault.params), lang)
    return text(lang).format_map(fault.params)
