"""A picture of a page as one of a stand's people sees it.

    python -m tests.browser.shot member1 /s/{session}/expert out.png --stand /tmp/stand.json

`who` is a member id (`m1`, …), `agency_lead`, `supervisor`, `witness`, or `-` for nobody;
`{session}` is filled in; `--url` names another server in front, such as the development server.
"""

import argparse
import json
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.chromium import FLAGS, executable


def main() -> None:
    """Take it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("who")
    parser.add_argument("path")
    parser.add_argument("out", type=Path)
    parser.add_argument("--stand", type=Path, default=Path("stand.json"))
    parser.add_argument("--url")
    parser.add_argument("--language", default="zh-CN")
    parser.add_argument("--size", default="1440x900")
    parser.add_argument("--after", type=int, default=800, help="milliseconds of patience")
    parser.add_argument("--login", help="log in by this name first (password of the demo)")
    _shoot(parser.parse_args())


def _shoot(args: argparse.Namespace) -> None:
    told = json.loads(args.stand.read_text())
    url = args.url or told["url"]
    width, height = map(int, args.size.split("x"))
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=executable(), args=FLAGS)
        context = browser.new_context(
            locale=args.language,
            timezone_id="Asia/Shanghai",
            viewport={"width": width, "height": height},
            reduced_motion="reduce",
            permissions=["camera", "microphone"],
        )
        if args.who != "-":
            theirs = told["cookies"][args.who]
            context.add_cookies(
                [{"name": one["name"], "value": one["value"], "url": url} for one in theirs]
            )
        if args.login:
            form = {"login": args.login, "password": "evalroom-demo"}
            context.request.post(f"{url}/api/login", data=form, headers={"Origin": told["url"]})
        page = context.new_page()
        page.on("console", lambda line: print(f"[{line.type}] {line.text}"))
        page.on("pageerror", lambda error: print(f"[error] {error}"))
        page.goto(url + args.path.replace("{session}", told["session"]))
        page.wait_for_timeout(args.after)
        page.screenshot(path=args.out)
        browser.close()


if __name__ == "__main__":
    main()
