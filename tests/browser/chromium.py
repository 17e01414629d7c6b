"""The browser that the tests drive: the machine's own Chromium, with a camera that is none."""

import os
import shutil

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
