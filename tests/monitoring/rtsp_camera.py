"""A network camera: a real RTSP server with a moving picture, run by the system's own Python.

    rtsp_camera.py PORT [--password WORD] [--gop FRAMES] [--sets-once] [--codec h264|vp8]

It prints one line when it listens, and goes with its standard input.
"""

import argparse
import sys

import gi  # type: ignore[import-not-found]

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # type: ignore[import-not-found]  # noqa: E402

ENCODERS = {
    "h264": "x264enc tune=zerolatency speed-preset=ultrafast bitrate=200 key-int-max={gop} "
    "aud=true ! video/x-h264,profile=baseline,stream-format={form} "
    "! rtph264pay name=pay0 pt=96 config-interval=0",
    "vp8": "vp8enc deadline=1 keyframe-max-dist={gop} ! rtpvp8pay name=pay0 pt=96",
}


def main() -> None:
    ask = argparse.ArgumentParser()
    ask.add_argument("port")
    ask.add_argument("--password")
    ask.add_argument("--gop", default="30")
    ask.add_argument("--sets-once", action="store_true")
    ask.add_argument("--codec", default="h264")
    given = ask.parse_args()
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(given.port)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_shared(True)
    encoder = ENCODERS[given.codec].format(
        gop=given.gop, form="avc" if given.sets_once else "byte-stream"
    )
    source = "videotestsrc is-live=true pattern=ball ! video/x-raw,width=160,height=120"
    factory.set_launch(f"( {source},framerate=15/1 ! videoconvert ! {encoder} )")
    if given.password:
        guard(server, factory, given.password)
    server.get_mount_points().add_factory("/cam", factory)
    server.attach(None)
    loop = GLib.MainLoop()
    GLib.io_add_watch(sys.stdin, GLib.PRIORITY_DEFAULT, GLib.IO_HUP, lambda *_: loop.quit())
    sys.stdout.write("listening\n")
    sys.stdout.flush()
    loop.run()


def guard(server: object, factory: object, password: str) -> None:
    """Let in `admin` with this password alone."""
    door = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    door.add_basic(GstRtspServer.RTSPAuth.make_basic("admin", password), token)
    server.set_auth(door)  # type: ignore[attr-defined]
    allowed = Gst.Structure.new_empty("viewer")
    allowed.set_value("media.factory.access", True)
    allowed.set_value("media.factory.construct", True)
    factory.add_role_from_structure(allowed)  # type: ignore[attr-defined]


main()
