"""The generated parts of `docs/tender-format.md`, and `docs/tender-schema.json`.

`python -m tests.workbook.manual` writes both anew; `test_manual` fails while they differ from this.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from msgspec import inspect

from evalroom.sessions.tender import limits
from evalroom.sessions.tender.limits import IDENTIFIERS, Limit
from evalroom.sessions.tender.meanings import MEANINGS
from evalroom.sessions.tender.model import Tender
from evalroom.sessions.tender.policies import KNOWN, PolicyKind, allowed_text
from evalroom.sessions.tender.schema import tender_schema
from evalroom.sessions.tender.texts_en import ENGLISH
from evalroom.workbook import limits as workbook_limits
from evalroom.workbook.layout import Column, Sheet, header
from evalroom.workbook.sheets import SHEETS
from evalroom.workbook.styles import choices
from evalroom.workbook.texts import TEXTS

DOCS = Path(__file__).parent.parent.parent / "docs"
MANUAL = DOCS / "tender-format.md"
SCHEMA = DOCS / "tender-schema.json"

Row = tuple[str, ...]

PART = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->\n)", re.DOTALL)


def manual(text: str) -> str:
    """The manual with its generated parts as they should be."""
    return PART.sub(lambda part: part[1] + "\n" + PARTS[part[2]]() + "\n" + part[3], text)


def schema() -> str:
    return json.dumps(tender_schema(), ensure_ascii=False, indent=2) + "\n"


def fields() -> str:
    """One table a struct, in the order in which the tender reaches them."""
    return "\n".join(_struct_table(kind) for kind in _structs())


def tender_limits() -> str:
    return _limits_table(limits.EVERY)


def workbook_limits_table() -> str:
    return _limits_table(workbook_limits.EVERY)


def policies() -> str:
    rows = [
        (f"`{kind.name}`", allowed_text(kind).replace("|", "·"), _default(kind), kind.reason)
        for kind in KNOWN.values()
    ]
    return _table(("policy", "values", "default", "why"), rows)


def sheets() -> str:
    """Every column and line of the workbook."""
    return "\n".join(
        f"### {sheet.name.zh} ({sheet.name.en})\n\n{sheet.about.en}\n\n"
        + _table(("标签", "label", "field", "explanation", "可选"), _sheet_rows(sheet))
        for sheet in SHEETS
    )


def codes() -> str:
    rows = [(f"`{code}`", text) for code, text in sorted(ENGLISH.items())]
    return _table(("code", "text"), rows)


def workbook_codes() -> str:
    rows = [(f"`{code}`", word.en) for code, word in sorted(TEXTS.items())]
    return _table(("code", "text"), rows)


SIMPLE: dict[type, str] = {
    inspect.StrType: "text",
    inspect.DecimalType: "decimal",
    inspect.IntType: "whole number",
    inspect.BoolType: "true or false",
    inspect.NoneType: "null",
}

PARTS = {
    "fields": fields,
    "limits": tender_limits,
    "policies": policies,
    "sheets": sheets,
    "workbook_limits": workbook_limits_table,
    "codes": codes,
    "workbook_codes": workbook_codes,
}


def _sheet_rows(sheet: Sheet) -> Iterator[Row]:
    yield from (_column_row("", column) for column in sheet.form)
    if sheet.table is not None:
        group, path = f"{sheet.table.group}[].", f"{sheet.table.path}[]."
        yield from (_column_row(group, column) for column in sheet.table.group_columns)
        yield from (_column_row(path, column) for column in sheet.table.columns)


def _column_row(path: str, column: Column) -> Row:
    return (
        header(column, "zh-CN"),
        column.label.en,
        f"`{path}{column.field}`",
        column.note.en,
        ", ".join(choices(column, "zh-CN")),
    )


def _structs() -> Iterable[inspect.StructType]:
    found: dict[type, inspect.StructType] = {}
    waiting: list[inspect.Type] = [inspect.type_info(Tender)]
    while waiting:
        kind = waiting.pop(0)
        match kind:
            case inspect.StructType() if kind.cls not in found:
                found[kind.cls] = kind
                waiting += [field.type for field in kind.fields]
            case inspect.UnionType():
                waiting += kind.types
            case inspect.VarTupleType():
                waiting.append(kind.item_type)
            case inspect.DictType():
                waiting.append(kind.value_type)
            case _:
                pass
    return found.values()


def _struct_table(kind: inspect.StructType) -> str:
    name = kind.cls.__name__
    rows = [
        (
            f"`{field.name}`" + (" *" if field.required else ""),
            _type(field.type, f"{name}.{field.name}"),
            _default_of(field),
            MEANINGS[f"{name}.{field.name}"],
        )
        for field in kind.fields
    ]
    head = f"### {name}\n\n"
    return head + _table(("field", "type", "default", "meaning"), rows)


def _type(kind: inspect.Type, owner: str) -> str:
    match kind:
        case inspect.LiteralType():
            return " · ".join(f"`{word}`" for word in kind.values)
        case inspect.StructType():
            return f"[{kind.cls.__name__}](#{kind.cls.__name__.lower()})"
        case inspect.VarTupleType():
            return f"list of {_type(kind.item_type, owner)}"
        case inspect.DictType():
            return f"name → {_type(kind.value_type, owner)}"
        case inspect.UnionType():
            return " or ".join(_type(part, owner) for part in kind.types)
        case inspect.StrType() if owner in IDENTIFIERS:
            return "id"
        case _:
            return SIMPLE[type(kind)]


def _default_of(field: inspect.Field) -> str:
    if field.required:
        return ""
    if field.default is msgspec.NODEFAULT:
        return "{}"
    if isinstance(field.default, msgspec.Struct):
        return "its defaults"
    return f"`{msgspec.json.encode(field.default).decode()}`"


def _default(kind: PolicyKind) -> str:
    others = "".join(f"; {regime}: `{value}`" for regime, value in kind.by_regime.items())
    return f"`{kind.default}`{others}"


def _limits_table(every: Iterable[Limit]) -> str:
    rows = [(f"`{limit.name}`", f"{limit.value:,}", limit.reason) for limit in every]
    return _table(("limit", "value", "why"), rows)


def _table(head: Row, rows: Iterable[Row]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(map(_escaped, line))} |\n" for line in lines)


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|")


if __name__ == "__main__":
    MANUAL.write_text(manual(MANUAL.read_text("utf-8")), "utf-8")
    SCHEMA.write_text(schema(), "utf-8")
