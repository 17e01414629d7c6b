"""The sheets 委员会(密) and 席位: who judges, and where."""

from evalroom.sessions.tender.words import Word
from evalroom.workbook.layout import Column, Sheet, Table

COMMITTEE = Sheet(
    Word("委员会(密)", "Committee (secret)"),
    Word("评标委员会成员，定标前保密。", "Secret until the award."),
    table=Table(
        "committee",
        (
            Column(
                "id",
                "Member.id",
                Word("成员编号", "Member"),
                "line",
                Word("本文件内的简短编号。", "A short id inside this file."),
                required=True,
                width=12,
            ),
            Column(
                "alias",
                "Member.alias",
                Word("代号", "Alias"),
                "line",
                Word("他人看到的称呼，如 专家1号。", "What others see, such as 专家1号."),
                required=True,
            ),
            Column(
                "name",
                "Member.name",
                Word("姓名", "Name"),
                "line",
                Word("定标前不显示。", "Not shown before the award."),
            ),
            Column(
                "seniority",
                "Member.seniority",
                Word("成员身份", "Seniority"),
                "word",
                Word("不填为专家。", "Expert if empty."),
                width=24,
            ),
            Column(
                "discipline",
                "Member.discipline",
                Word("专业类别", "Discipline"),
                "word",
                Word("不填为技术。", "Technical if empty."),
            ),
            Column(
                "identifiers",
                "Member.identifiers",
                Word("证件与编号", "Identifiers"),
                "pairs",
                Word("每行一个：专家编号=…，身份证=…。", "One a line: scheme=text."),
                width=30,
            ),
        ),
    ),
)


SEATS = Sheet(
    Word("席位", "Seats"),
    Word(
        "每行一个席位；同一场所的名称等只需填在第一行，可合并单元格。",
        "One seat a row; what belongs to a venue is given in its first row.",
    ),
    table=Table(
        "seats",
        (
            Column(
                "workstation",
                "Seat.workstation",
                Word("工位", "Workstation"),
                "line",
                Word("如 302-1。", "Such as 302-1."),
                required=True,
            ),
            Column(
                "member",
                "Seat.member",
                Word("就座成员编号", "Member seated"),
                "line",
                Word("委员会表中的成员编号。", "Its id in the committee's sheet."),
                required=True,
            ),
        ),
        group="venues",
        group_link="venue",
        group_columns=(
            Column(
                "id",
                "Venue.id",
                Word("场所编号", "Venue"),
                "line",
                Word("如 main；空白表示同上一行。", "Empty means: as in the row above."),
                required=True,
                width=12,
            ),
            Column(
                "title",
                "Venue.title",
                Word("场所名称", "Venue title"),
                "line",
                Word("交易中心或分中心名称。", "The name of the centre."),
                required=True,
                width=32,
            ),
            Column(
                "role",
                "Venue.role",
                Word("主副场", "Role"),
                "word",
                Word("主场有且只有一个；不填为副场。", "One is the main venue."),
                width=10,
            ),
            Column(
                "region",
                "Venue.region",
                Word("场所行政区划", "Venue region"),
                "code",
                Word("六位数字（GB/T 2260）。", "Six digits (GB/T 2260)."),
            ),
        ),
    ),
)
