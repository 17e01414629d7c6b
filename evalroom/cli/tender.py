"""`evalroom tender`: check a tender file or workbook, write the empty workbook, convert the two.

What a file is, its content says: an archive is a workbook, anything else is read as JSON.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any, NamedTuple, get_args

from evalroom.cli.node_options import add_language, lang_of
from evalroom.cli.terminal import USAGE_ERROR, Lang, complain, why
from evalroom.sessions.tender.faults import TenderFaults
from evalroom.sessions.tender.limits import FILE_BYTES
from evalroom.sessions.tender.model import Tender
from evalroom.sessions.tender.reading import read_tender
from evalroom.sessions.tender.validation import faults_of
from evalroom.workbook import (
    LEFT_OUT,
    WorkbookFault,
    WorkbookFaults,
    examine,
    message,
    read_workbook,
    write_template,
    write_workbook,
)

SUMMARY = "check a tender file or workbook, write the empty workbook, convert the two"
FORMAT = "evalroom-check/1"

# A workbook, and what people take for one: the old formats, to be told what they are.
_WORKBOOKS = (b"PK", b"\xd0\xcf\x11\xe0")

_WORDS: dict[Lang, dict[str, str]] = {
    "zh-CN": {
        "error": "错误",
        "warning": "提示",
        "sound": "没有错误，{warnings}。",
        "faulty": "{errors}，{warnings}。",
        "errors": "{count} 处错误",
        "warnings": "{count} 条提示",
        "warnings.0": "没有提示",
        "exists": "{file} 已存在；加 --force 覆盖",
        "same": "{file} 已是这种格式；工作簿转为 .json，JSON 转为 .xlsx",
        "left_out": "工作簿不含以下内容，未写入：{fields}",
    },
    "en": {
        "error": "error",
        "warning": "warning",
        "sound": "No errors, {warnings}.",
        "faulty": "{errors}, {warnings}.",
        "errors": "{count} errors",
        "errors.1": "1 error",
        "warnings": "{count} warnings",
        "warnings.0": "no warnings",
        "warnings.1": "1 warning",
        "exists": "{file} is there already; --force writes over it",
        "same": "{file} is of that kind already; workbooks become .json, JSON becomes .xlsx",
        "left_out": "a workbook does not carry these, so they were left out: {fields}",
    },
}


class Checked(NamedTuple):
    """The faults of a file; those of JSON have a path, those of a workbook a sheet and a cell."""

    faults: tuple[WorkbookFault, ...]

    @property
    def errors(self) -> int:
        return sum(fault.severity == "error" for fault in self.faults)

    @property
    def warnings(self) -> int:
        return len(self.faults) - self.errors


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what can be done with a tender file."""
    add_language(parser)
    acts = parser.add_subparsers(title="what to do", required=True, dest="act")

    check = acts.add_parser("check", help="name every fault, with its path or its cell")
    check.add_argument("file", metavar="FILE", help="tender file (JSON) or workbook (XLSX)")
    check.add_argument(
        "--for-session", action="store_true", help="ask also for what a session needs"
    )
    check.add_argument("--json", action="store_true", help="print JSON")

    template = acts.add_parser("template", help="write the empty workbook")
    template.add_argument("out", metavar="OUT.xlsx")

    convert = acts.add_parser("convert", help="workbook to JSON, or JSON to workbook")
    convert.add_argument("file", metavar="IN")
    convert.add_argument("out", metavar="OUT")

    for act in (check, template, convert):
        # Before or after the act, as people write it.
        act.add_argument(
            "--lang", choices=get_args(Lang), default=argparse.SUPPRESS, help=argparse.SUPPRESS
        )
    for act in (template, convert):
        act.add_argument("--force", action="store_true", help="write over a file that is there")


def run(args: argparse.Namespace) -> int:
    """Do it; 0 when there is no error (warnings are printed), else 2."""
    lang = lang_of(args)
    try:
        match args.act:
            case "check":
                return _check(args.file, args.for_session, args.json, lang)
            case "template":
                return _write(args.out, write_template(lang), args.force, lang)
            case _:
                return _convert(args.file, args.out, args.force, lang)
    except OSError as unusable:
        complain("tender", f"{unusable.filename}: {why(unusable, lang)}")
        return USAGE_ERROR


def _check(file: str, for_session: bool, as_json: bool, lang: Lang) -> int:
    checked = _examine(_read(file), for_session=for_session)
    if as_json:
        json.dump(_report(file, checked), sys.stdout, ensure_ascii=False, indent=2)
        sys.stdout.write("\n")
    else:
        sys.stdout.writelines(f"{_line(fault, file, lang)}\n" for fault in checked.faults)
        words = _WORDS[lang]["faulty" if checked.errors else "sound"]
        errors = _counted("errors", checked.errors, lang)
        print(words.format(errors=errors, warnings=_counted("warnings", checked.warnings, lang)))
    return USAGE_ERROR if checked.errors else 0


def _counted(what: str, count: int, lang: Lang) -> str:
    words = _WORDS[lang]
    return (words.get(f"{what}.{count}") or words[what]).format(count=count)


def _convert(file: str, out: str, force: bool, lang: Lang) -> int:
    data = _read(file)
    to_json = data.startswith(_WORKBOOKS)
    if Path(out).suffix.lower() != (".json" if to_json else ".xlsx"):
        complain("tender", _WORDS[lang]["same"].format(file=file))
        return USAGE_ERROR
    try:
        converted = _to_json(data) if to_json else _to_workbook(data, lang)
    except (TenderFaults, WorkbookFaults) as refused:
        for fault in map(_placed, refused.faults):
            complain("tender", _line(fault, file, lang))
        return USAGE_ERROR
    return _write(out, converted, force, lang)


def _to_json(data: bytes) -> bytes:
    return (json.dumps(read_workbook(data), ensure_ascii=False, indent=2) + "\n").encode()


def _to_workbook(data: bytes, lang: Lang) -> bytes:
    tender = read_tender(data)
    workbook = write_workbook(tender, lang)
    left_out = _left_out(tender)
    if left_out:
        complain("tender", _WORDS[lang]["left_out"].format(fields=", ".join(left_out)))
    return workbook


def _left_out(tender: Tender) -> list[str]:
    there = (tender.sheets is not None, any(bid.documents for bid in tender.bids))
    return [field for field, given in zip(LEFT_OUT, there, strict=True) if given]


def _examine(data: bytes, *, for_session: bool) -> Checked:
    try:
        if data.startswith(_WORKBOOKS):
            return Checked(examine(data, for_session=for_session).faults)
        return Checked(tuple(map(_placed, faults_of(read_tender(data), for_session=for_session))))
    except (TenderFaults, WorkbookFaults) as refused:
        return Checked(tuple(map(_placed, refused.faults)))


def _placed(fault: Any) -> WorkbookFault:
    if isinstance(fault, WorkbookFault):
        return fault
    return WorkbookFault("", "", fault.code, fault.params, fault.path, fault.severity)


def _line(fault: WorkbookFault, file: str, lang: Lang) -> str:
    place = fault.place or fault.path or file
    return f"{_WORDS[lang][fault.severity]}  {place}: {message(fault, lang)}"


def _report(file: str, checked: Checked) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "file": file,
        "ok": checked.errors == 0,
        "errors": checked.errors,
        "warnings": checked.warnings,
        "faults": [
            {
                "severity": fault.severity,
                "path": fault.path,
                "sheet": fault.sheet,
                "cell": fault.cell,
                "code": fault.code,
                "params": fault.params,
                "message": {lang: message(fault, lang) for lang in get_args(Lang)},
            }
            for fault in checked.faults
        ],
    }


def _read(file: str) -> bytes:
    """No more than the largest file and one byte, which is enough to refuse it."""
    with Path(file).open("rb") as source:
        return source.read(FILE_BYTES.value + 1)


def _write(out: str, data: bytes, force: bool, lang: Lang) -> int:
    try:
        with Path(out).open("wb" if force else "xb") as target:
            target.write(data)
    except FileExistsError:
        complain("tender", _WORDS[lang]["exists"].format(file=out))
        return USAGE_ERROR
    return 0
