"""The browser that the tests drive: the machine's own Chromium, with a camera that is none."""

import os
import shutil

from playwright.async_api import Browser, BrowserContext

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--autoplay-policy=no-user-gesture-required",
]


def executable() -> str | None:
    """Where the browser is; nothing where there is none."""
    return shutil.which(os.environ.get("EVALROOM_BROWSER") or "/usr/bin/chromium")


async def workplace(browser: Browser, url: str, language: str = "zh-CN") -> BrowserContext:
    """A browser of its own, as it stands at a workstation of a hall."""
    return await browser.new_context(
        base_url=url,
        locale=language,
        timezone_id="Asia/Shanghai",
        viewport={"width": 1440, "height": 900},
        reduced_motion="reduce",
        permissions=["camera", "microphone"],
    )
