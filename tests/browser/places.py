"""Every page there is: who opens it, where, what is on it when it has come, what opens on it."""

from typing import Final

from msgspec import Struct

DIALOG: Final = "[role=dialog], dialog[open]"


class Opening(Struct, frozen=True):
    """A button by its words or its class, or (one character) a key, and what it opens."""

    button: str
    shows: str = DIALOG


class Step(Struct, frozen=True):
    """What is pressed, one after the other and each as in an `Opening`, to come one step further,
    and what is there then.
    """

    presses: tuple[str, ...]
    shows: str


class Place(Struct, frozen=True):
    """A page by the name of its route. `who` is a key of the cast, the log-in of an administrator,
    or nobody; `{s}` in its path is the session at its sheets, `{over}` the one that has ended.
    """

    route: str
    who: str
    path: str
    there: str
    opens: tuple[Opening, ...] = ()
    steps: tuple[Step, ...] = ()


def _host(matter: str, there: str, *opens: Opening, session: str = "s") -> Place:
    path = f"/s/{{{session}}}/host/{matter}".rstrip("/")
    return Place(f"host-{matter}".rstrip("-"), "agency_lead", path, there, opens)


def _admin(
    login: str, name: str, *opens: Opening, there: str = ".er-data", steps: tuple[Step, ...] = ()
) -> Place:
    return Place(f"admin-{name.replace('/', '-')}", login, f"/admin/{name}", there, opens, steps)


NEW_SESSION: Final = (
    Step((".er-data input[type=radio]", "下一步"), ".er-account-select"),
    Step(("按姓名匹配账号", "下一步"), ".er-step-group"),
    Step(
        (".er-account-select", ".el-select-dropdown__item:not(.is-disabled)", "下一步"), ".er-chip"
    ),
    Step(("下一步",), ".er-setup-note"),
    Step(("下一步",), ".er-kinds"),
    Step((".er-kinds label:last-child", "下一步"), ".er-review"),
)


OF_NOBODY: Final = (
    Place("login", "", "/login", "#login"),
    Place("missing", "", "/nowhere", ".er-empty"),
)
OF_MEMBERS: Final = (
    Place("lobby", "m3", "/", ".er-session"),
    Place("workstation", "m3", "/devices", ".er-step"),
    Place("devices", "m3", "/s/{s}/devices", ".er-step"),
    Place("password", "m3", "/password", "input[type=password]"),
    Place("forbidden", "m3", "/forbidden", ".er-empty"),
    Place(
        "expert",
        "m3",
        "/s/{s}/expert",
        ".er-sheet",
        (Opening("提交前检查（漏项、越界）", ".er-check"),),
    ),
    Place("expert", "m2", "/s/{s}/expert", ".er-sheet", (Opening("停止评标"), Opening("?"))),
    Place("expert", "m3", "/s/{over}/expert", ".er-expert"),
)
OF_HOSTS: Final = (
    _host("", ".er-matrix tbody tr", Opening("技术性暂停")),
    _host("roll", "tbody tr", Opening("核验身份"), Opening("释放席位")),
    _host("notices", ".er-receipts"),
    _host("alarms", "tbody tr"),
    _host("people", "tbody tr", Opening("任命")),
    _host("minutes", ".er-sheetpaper tbody tr"),
    _host("end", ".er-nav-at", Opening("终止会议")),
    _host("result", ".er-empty"),
    _host("result", ".er-ranking", session="over"),
)
OF_WATCHERS: Final = (
    Place(
        "wall",
        "supervisor",
        "/s/{s}/wall",
        ".er-alarm",
        (Opening(".er-act-pause", ".er-act"), Opening("w", ".er-act"), Opening("?")),
    ),
    Place("wall", "supervisor", "/s/{over}/wall", ".er-tools"),
    Place("supervision-record", "supervisor", "/s/{s}/wall/record", ".er-record tbody tr"),
    Place("witness", "witness", "/s/{s}/witness", "tbody tr"),
    Place("witness-record", "witness", "/s/{s}/witness/record", "tbody tr"),
    Place("witness-minutes", "witness", "/s/{s}/witness/minutes", "tbody tr"),
    Place("witness", "staff", "/s/{s}/witness", "tbody tr", (Opening("释放席位"),)),
    Place("witness", "contact", "/s/{s}/witness", "tbody tr"),
    Place("session", "auditor", "/s/{s}", ".er-head"),
    Place("audit", "auditor", "/s/{s}/audit", ".er-empty"),
    Place("audit", "auditor", "/s/{over}/audit", ".er-nav-at"),
)
OF_ADMINISTRATORS: Final = (
    _admin("demo-system", "sessions", Opening("详情")),
    _admin("demo-system", "sessions/new", steps=NEW_SESSION),
    _admin("demo-system", "tenders", Opening("上传招标数据"), Opening("查看")),
    _admin("demo-system", "documents", Opening("上传文件")),
    _admin("demo-system", "places", Opening("新增中心"), Opening("新增场所")),
    _admin("demo-system", "workstations", Opening("新增工位"), Opening("席位码")),
    _admin("demo-system", "cameras", Opening("新增摄像机")),
    _admin("demo-security", "accounts", Opening("新增账号"), Opening("详情")),
    _admin("demo-security", "tokens", Opening("签发令牌")),
    _admin("demo-security", "deletions", Opening("申请删除")),
    _admin("demo-audit", "log", Opening("详情")),
    _admin("demo-audit", "confirmations"),
    _admin("demo-audit", "keys"),
    _admin("demo-audit", "password", there="input[type=password]"),
)
PLACES: Final = (*OF_NOBODY, *OF_MEMBERS, *OF_HOSTS, *OF_WATCHERS, *OF_ADMINISTRATORS)
