"""Bids as a bidder hands them in: PDF files in Chinese with chapters, made here, small, always the
same. Their font is not in the file, as in many a real one, so that a reader needs its own tables.
"""

import re
from hashlib import sha256
from typing import Final

from msgspec.structs import replace

from evalroom.sessions.tender.model import Document, Tender

CHAPTERS: Final = (
    (
        "第一章 投标函",
        (
            "致招标人：我方已仔细研究招标文件的全部内容，",
            "愿意以投标函附录的报价承担本标段的全部工作。",
        ),
    ),
    (
        "第二章 资格审查资料",
        (
            "营业执照、资质证书、安全生产许可证均在有效期内。",
            "项目经理具备机电工程专业注册建造师资格。",
        ),
    ),
    (
        "第三章 商务响应",
        (
            "近三年完成类似项目业绩三项，合同及验收证明附后。",
            "质量保修期二十四个月，响应时间不超过两小时。",
        ),
    ),
    (
        "第四章 技术方案",
        (
            "本项目采用端、边、云三级架构，前端部署高清视频。",
            "中心统一存储、调度与展示，满足功能要求。",
        ),
    ),
    (
        "4.1 需求理解",
        ("路口场景复杂，设备种类多，既有系统须平滑接入。", "施工期间须保证既有信号控制不中断。"),
    ),
    (
        "4.2 系统总体架构",
        (
            "中心存储采用双控制器、冗余的分布式对象存储，",
            "单节点故障不影响写入，视频留存周期不少于九十天。",
        ),
    ),
    (
        "4.3 视频接入与存储",
        ("视频接入支持主辅双码流，边缘节点循环缓存。", "网络恢复后自动补传，不占用实时业务带宽。"),
    ),
    (
        "第五章 施工组织",
        ("施工总工期二百四十日历天，分三个阶段实施。", "夜间施工，采取降噪与交通疏导措施。"),
    ),
    ("第六章 质量安全", ("建立质量管理体系，关键工序实行旁站。", "配备专职安全员，制定应急预案。")),
    ("附件 偏离表", ("视频接入路数：正偏离。", "存储冗余：无偏离。")),
)
"""What every bid is divided into, a page each, so that two of them can be laid side by side."""

LATIN: Final = "/F2 << /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>"


def offered(tender: Tender) -> tuple[Tender, dict[str, bytes]]:
    """The tender with two documents in each bid, technical and commercial; the files by SHA-256."""
    files: dict[str, bytes] = {}
    bids = []
    for bid in tender.bids:
        documents = []
        for name in ("技术标", "商务标"):
            file = offer(bid.bidder, name, tender.title)
            digest = sha256(file).hexdigest()
            files[digest] = file
            documents.append(
                Document(id=f"{bid.id}-{name}", title=name, sha256=digest, pages=len(CHAPTERS))
            )
        bids.append(replace(bid, documents=tuple(documents)))
    return replace(tender, bids=tuple(bids)), files


def offer(bidder: str, name: str, project: str) -> bytes:
    """One document: a page for each chapter, and a table of contents."""
    count = len(CHAPTERS)
    pages = [6 + 2 * place for place in range(count)]
    outlines = [6 + 2 * count + place for place in range(count)]
    kids = " ".join(f"{page} 0 R" for page in pages)
    objects = [
        "<< /Type /Catalog /Pages 2 0 R /Outlines 5 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>",
        (
            "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H"
            " /DescendantFonts [4 0 R] >>"
        ),
        (
            "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light"
            " /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >>"
            " /FontDescriptor << /Type /FontDescriptor /FontName /STSong-Light /Flags 6"
            " /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880"
            " /StemV 93 >> >>"
        ),
        f"<< /Type /Outlines /First {outlines[0]} 0 R /Last {outlines[-1]} 0 R /Count {count} >>",
    ]
    for place, (title, lines) in enumerate(CHAPTERS):
        content = _content(bidder, name, project, title, lines, place + 1)
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]"
            f" /Resources << /Font << /F1 3 0 R {LATIN} >> >> /Contents {pages[place] + 1} 0 R >>"
        )
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    objects += [_outline(outlines, pages, place) for place in range(count)]
    return _file(objects)


def _content(
    bidder: str, name: str, project: str, title: str, lines: tuple[str, ...], number: int
) -> str:
    parts = [
        _text(f"{bidder} · {name}", 9, 60, 800),
        _text(project[:22], 9, 337, 800),
        "0.8 w 60 792 m 535 792 l S",
        _text(title, 17, 60, 752),
    ]
    for turn in range(6):
        for row, line in enumerate(lines):
            parts.append(_text(line, 12, 84 if row == 0 else 60, 716 - 52 * turn - 24 * row))
    if title.startswith("附件") or title.startswith("4.2"):
        for row in range(5):
            y = 380 - 26 * row
            parts.append(
                f"60 {y} 475 26 re S 218 {y} m 218 {y + 26} l S 376 {y} m 376 {y + 26} l S"
            )
            cells = (
                ("指标", "招标要求", "投标响应")
                if row == 0
                else ("系统可用性", "不低于要求", "满足")
            )
            parts += [_text(cell, 11, 70 + 158 * at, y + 8) for at, cell in enumerate(cells)]
    parts.append(_text(f"{number}", 10, 290, 40))
    return "\n".join(parts)


def _text(text: str, size: int, x: int, y: int) -> str:
    shown = " ".join(_run(run, size) for run in re.findall(r"[ -~]+|[^ -~]+", text))
    return f"BT {x} {y} Td {shown} ET"


def _run(run: str, size: int) -> str:
    """Letters and figures in a font of their own: in the Chinese one they are as wide as signs."""
    if run.isascii():
        return f"/F2 {size} Tf <{run.encode().hex()}> Tj"
    return f"/F1 {size} Tf <{run.encode('utf-16-be').hex()}> Tj"


def _outline(outlines: list[int], pages: list[int], place: int) -> str:
    title = ("\ufeff" + CHAPTERS[place][0]).encode("utf-16-be").hex()
    before = f" /Prev {outlines[place - 1]} 0 R" if place else ""
    after = f" /Next {outlines[place + 1]} 0 R" if place + 1 < len(outlines) else ""
    return f"<< /Title <{title}> /Parent 5 0 R{before}{after} /Dest [{pages[place]} 0 R /Fit] >>"


def _file(objects: list[str]) -> bytes:
    body = b"%PDF-1.7\n"
    offsets = []
    for number, one in enumerate(objects, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{one}\nendobj\n".encode("ascii")
    rows = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    return body + (
        f"xref\n0 {size}\n0000000000 65535 f \n{rows}"
        f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    ).encode("ascii")
