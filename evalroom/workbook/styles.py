"""How the workbook looks: widths, headers that stay, drop-down lists, explanations."""

from collections.abc import Sequence

from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from evalroom.sessions.tender.words import WORDS, Lang, Word
from evalroom.workbook.finding import INSTRUCTIONS
from evalroom.workbook.layout import Column, header
from evalroom.workbook.limits import ROWS
from evalroom.workbook.sheets import SHEETS

_LINE = Side(style="thin", color="BFC7D1")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_HEADER = PatternFill("solid", fgColor="1F3A68")
_DUTY = PatternFill("solid", fgColor="9C3D10")
_FIELD = PatternFill("solid", fgColor="FFFDF2")
_WHITE = Font(bold=True, color="FFFFFF")
_QUIET = Font(color="6B7684")
_WRAP = Alignment(wrap_text=True, vertical="top")
_CENTRE = Alignment(wrap_text=True, vertical="center", horizontal="center")
_FORM_WIDTHS = (28, 60, 70)
_GUIDE_WIDTHS = (18, 28, 10, 70, 80)
_SPARE_ROWS = 200
"""Rows below a table in which words can be picked from a list."""

_TEXT_KINDS = frozenset(
    {"line", "prose", "code", "items", "pairs", "bands", "records", "date", "time"}
)

_ABOUT = Word(
    "本工作簿用于导入招标评标数据。带 * 的项目必填；把鼠标停在表头上可看说明。"
    "请勿改动工作表名和表头，勿使用公式、隐藏行列。金额以元为单位，按显示的数值读取。",
    "This workbook imports a tender. What is marked * is needed; headers explain themselves. "
    "Keep sheet names and headers; no formulas, no hidden rows. Numbers are read as shown.",
)
_GUIDE_HEADER = (
    Word("工作表", "Sheet"),
    Word("项目", "Item"),
    Word("必填", "Needed"),
    Word("说明", "Explanation"),
    Word("可选内容", "Choices"),
)


def dress_form(page: Worksheet, form: Sequence[Column], lang: Lang) -> None:
    """Labels, fields and explanations of a form."""
    if not form:
        return
    for number, width in enumerate(_FORM_WIDTHS, start=1):
        page.column_dimensions[get_column_letter(number)].width = width
    for row, column in enumerate(form, start=1):
        label, field, note = (page.cell(row, number) for number in (1, 2, 3))
        label.fill, label.font, label.border = _fill(column), _WHITE, _BORDER
        label.alignment = field.alignment = note.alignment = _WRAP
        field.fill, field.border = _FIELD, _BORDER
        note.font = _QUIET
        _offer_choices(page, column, f"B{row}", lang)
    page.freeze_panes = "B1"


def dress_table(page: Worksheet, columns: Sequence[Column], top: int, lang: Lang) -> None:
    """Header, widths, choices and text formats of a table whose header is in row `top`."""
    last = min(max(page.max_row, top) + _SPARE_ROWS, ROWS.value)
    for number, column in enumerate(columns, start=1):
        letter = get_column_letter(number)
        head = page.cell(top, number)
        head.fill, head.font, head.border, head.alignment = (
            _fill(column),
            _WHITE,
            _BORDER,
            _CENTRE,
        )
        head.comment = Comment(column.note(lang), "EvalRoom", width=260, height=90)
        for row in range(top + 1, page.max_row + 1):
            page.cell(row, number).alignment = _WRAP
        _dress_column(page, letter, column, alone=top == 1)
        _offer_choices(page, column, f"{letter}{top + 1}:{letter}{last}", lang)
    if top == 1:
        page.freeze_panes = page.cell(top + 1, 2).coordinate


def _dress_column(page: Worksheet, letter: str, column: Column, *, alone: bool) -> None:
    """How cells look that are not yet there."""
    dimension = page.column_dimensions[letter]
    if alone:
        dimension.width = column.width
        dimension.alignment = _WRAP
    if column.kind in _TEXT_KINDS:
        # Otherwise a spreadsheet makes a number of 18 digits out of a credit code.
        dimension.number_format = "@"


def write_instructions(page: Worksheet, lang: Lang) -> None:
    """The first sheet: what to do, and every item of the others in one list."""
    page.title = INSTRUCTIONS[0 if lang == "zh-CN" else 1]
    page.cell(1, 1, _ABOUT(lang)).alignment = _WRAP
    page.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(_GUIDE_HEADER))
    page.row_dimensions[1].height = 48
    for number, (word, width) in enumerate(zip(_GUIDE_HEADER, _GUIDE_WIDTHS, strict=True), start=1):
        head = page.cell(2, number, word(lang))
        head.fill, head.font, head.alignment = _HEADER, _WHITE, _CENTRE
        page.column_dimensions[get_column_letter(number)].width = width
    row = 3
    for sheet in SHEETS:
        page.cell(row, 1, sheet.name(lang)).font = Font(bold=True)
        page.cell(row, 4, sheet.about(lang)).font = Font(bold=True)
        for column in sheet.columns():
            row += 1
            _describe(page, row, sheet.name(lang), column, lang)
        row += 1
    page.freeze_panes = "A3"


def choices(column: Column, lang: Lang) -> list[str]:
    """What can be chosen in a column, as it is written; nothing where anything may be."""
    if column.kind == "yes_no":
        return ["是", "否"] if lang == "zh-CN" else ["yes", "no"]
    if column.kind in ("word", "words"):
        return [word(lang) for word in WORDS[column.owner].values()]
    return []


def _describe(page: Worksheet, row: int, sheet: str, column: Column, lang: Lang) -> None:
    texts = (
        sheet,
        header(column, lang),
        "*" if column.required else "",
        column.note(lang),
        " / ".join(choices(column, lang)),
    )
    for number, text in enumerate(texts, start=1):
        page.cell(row, number, text or None).alignment = _WRAP


def _offer_choices(page: Worksheet, column: Column, cells: str, lang: Lang) -> None:
    """A drop-down list; several words in one cell cannot be picked from one."""
    offered = choices(column, lang) if column.kind in ("word", "yes_no") else []
    if offered:
        listed = '"' + ",".join(offered) + '"'
        rule = DataValidation("list", formula1=listed, allow_blank=True, showErrorMessage=True)
        page.add_data_validation(rule)
        rule.add(cells)


def _fill(column: Column) -> PatternFill:
    return _DUTY if column.required else _HEADER
