"""What `rehearse` and `demo` say about what they were given, Chinese and English."""

from typing import Final

from evalroom.cli.terminal import Lang

COMPLAINTS: Final[dict[Lang, dict[str, str]]] = {
    "zh-CN": {
        "url_and_user": "--url 与 --user 须一起给出；--trust 只与它们一起使用",
        "two_users": "--user 须给出两次：一名安全管理员（security）和一名系统管理员（system）",
        "url": "{url} 不是服务器地址：应如 https://room.example 或 http://127.0.0.1:8080，不带路径",
        "no_terminal": "无法从终端读取密码：请把密码放入环境变量 EVALROOM_PASSWORD，每行一个，"
        "顺序与 --user 相同",
        "password": "{login} 的密码：",
        "passwords_missing": "EVALROOM_PASSWORD 中的密码少于 --user 的个数（每行一个）",
        "trust": "--trust 须为 64 位十六进制公钥",
        "office_missing": "没有以 {office} 身份登录的管理员：请用 --user 给出系统管理员（system）"
        "和安全管理员（security）",
        "not_a_demo": "{data} 已有非演示账号：演示账号的密码是公开的，不会写入正式数据目录；"
        "请用 --data 另选目录",
        "no_port": "端口须在 0 与 65535 之间",
    },
    "en": {
        "url_and_user": "--url and --user belong together, and --trust goes with them only",
        "two_users": "--user is needed twice: an administrator of the security office and one of "
        "the system office",
        "url": "{url} is not the address of a server: it should look like https://room.example or "
        "http://127.0.0.1:8080, without a path",
        "no_terminal": "no password could be read from a terminal: put them into the variable "
        "EVALROOM_PASSWORD, one a line, in the order of --user",
        "password": "Password of {login}: ",
        "passwords_missing": "EVALROOM_PASSWORD holds fewer passwords than there are --user "
        "(one a line)",
        "trust": "--trust must be a public key of 64 hex digits",
        "office_missing": "nobody who logged in holds the {office} office: name an administrator "
        "of the system office and one of the security office with --user",
        "not_a_demo": "{data} holds accounts that are not the demo's: accounts with a public "
        "password do not belong there; choose another folder with --data",
        "no_port": "a port lies between 0 and 65535",
    },
}

DEMO: Final[dict[Lang, dict[str, str]]] = {
    "zh-CN": {
        "welcome": "珠海教育项目 2016 年公布的中标结果，五名成员分坐三处再评一次。\n"
        "报价与总分取自公告；其余（各成员的评分等）为拟定，平均后恰得公告的分数。",
        "password": "各账号密码均为",
        "member": "评标委员会",
        "agency_lead": "代理机构项目负责人",
        "supervisor": "行政监督",
        "witness": "见证人员",
        "system": "系统管理员",
        "security": "安全管理员",
        "audit": "审计管理员",
        "free": "席位空着",
        "under_way": "另有一场评审正在进行：{title}。\n"
        "  {guest} 的席位空着：登录、签到即可评分；以 agency 或 supervisor 登录则可主持或监看。",
        "pages": "请用浏览器打开上面的地址；每个身份另开一个（无痕）窗口。",
        "interface": "网页客户端尚未构建：浏览器打开上面的地址只见说明页；以上账号可登录接口"
        "（docs/http-api.md），例如",
        "ending": "按 Ctrl-C 结束",
    },
    "en": {
        "welcome": "A result published in Zhuhai in 2016, evaluated again by five members in "
        "three places.\nPrices and totals are the notice's; all else, every member's score "
        "included, is made up and averages to it.",
        "password": "password of every account:",
        "member": "member of the committee",
        "agency_lead": "project lead of the agency",
        "supervisor": "supervisor",
        "witness": "witness",
        "system": "administrator: system office",
        "security": "administrator: security office",
        "audit": "administrator: audit office",
        "free": "a free seat",
        "under_way": "Another evaluation is under way: {title}.\n"
        "  The seat of {guest} is free: log in, check in, score; or lead it as agency, watch it as "
        "supervisor.",
        "pages": "Open the address in a browser, with another (private) window for each person.",
        "interface": "The web client was not built: a browser shows a page that says what is here. "
        "The accounts\n  log in to the interface (docs/http-api.md), for example",
        "ending": "Ctrl-C ends it",
    },
}
"""The demo's first words, its people by what they are, and its last."""
