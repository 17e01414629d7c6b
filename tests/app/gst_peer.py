"""GStreamer as a publisher or a player: run by the system's own Python, which has its bindings.

    gst_peer.py publish|play URL TOKEN vp8|h264

Says `connected`, and, playing, how many pictures it has decoded (VP8) or put together (H.264), line
by line.
"""

import sys
import urllib.error
import urllib.request
from typing import Any

import gi  # type: ignore[import-not-found]

gi.require_version("Gst", "1.0")
gi.require_version("GstWebRTC", "1.0")
gi.require_version("GstSdp", "1.0")
from gi.repository import (  # type: ignore[import-not-found]  # noqa: E402
    GLib,
    Gst,
    GstSdp,
    GstWebRTC,
)

ENCODERS = {
    "vp8": "vp8enc deadline=1 keyframe-max-dist=30 target-bitrate=300000"
    " ! rtpvp8pay picture-id-mode=15-bit",
    "h264": "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=30 bitrate=300"
    " ! video/x-h264,profile=constrained-baseline ! rtph264pay config-interval=-1"
    " aggregate-mode=zero-latency",
}

READERS = {
    "vp8": "rtpvp8depay ! vp8dec",
    "h264": "rtph264depay ! video/x-h264,stream-format=byte-stream,alignment=au",
}


class Peer:
    def __init__(self, act: str, url: str, token: str, codec: str) -> None:
        self.url, self.token, self.codec, self.pictures = url, token, codec, 0
        caps = f"application/x-rtp,media=video,encoding-name={codec.upper()},payload=96"
        if act == "publish":
            self.pipeline = Gst.parse_launch(
                "videotestsrc is-live=true pattern=ball"
                " ! video/x-raw,width=320,height=180,framerate=15/1"
                f" ! {ENCODERS[codec]} ! {caps} ! webrtcbin name=peer bundle-policy=max-bundle"
            )
        else:
            self.pipeline = Gst.Pipeline.new("player")
            made = Gst.ElementFactory.make("webrtcbin", "peer")
            made.set_property("bundle-policy", GstWebRTC.WebRTCBundlePolicy.MAX_BUNDLE)
            self.pipeline.add(made)
        self.peer = self.pipeline.get_by_name("peer")
        # Nothing leaves this machine. The agent is kept, for it is lent without being counted.
        self.agent = self.peer.get_property("ice-agent")
        self.agent.emit("add-local-ip-address", "127.0.0.1")
        if act == "play":
            more = ",clock-rate=90000"
            if codec == "h264":
                more += ",packetization-mode=(string)1,profile-level-id=(string)42e01f"
            self.peer.emit(
                "add-transceiver",
                GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY,
                Gst.Caps.from_string(caps + more),
            )
            self.peer.connect("pad-added", self.came)
        self.offered = False
        self.peer.connect("on-negotiation-needed", self.offer)
        self.peer.connect("notify::ice-gathering-state", self.gathered)
        self.peer.connect("notify::connection-state", self.told)
        self.act = act
        self.pipeline.set_state(Gst.State.PLAYING)

    def offer(self, _peer: Any) -> None:
        if self.act == "publish":
            one = self.peer.emit("get-transceiver", 0)
            one.set_property("direction", GstWebRTC.WebRTCRTPTransceiverDirection.SENDONLY)
        self.peer.emit("create-offer", None, Gst.Promise.new_with_change_func(self.made, None))

    def made(self, promise: Any, _: Any) -> None:
        # The offer belongs to the reply, and goes with it.
        self.reply = promise.get_reply()
        offer = self.reply.get_value("offer")
        self.peer.emit("set-local-description", offer, Gst.Promise.new())

    def gathered(self, *_: Any) -> None:
        done = GstWebRTC.WebRTCICEGatheringState.COMPLETE
        if self.offered or self.peer.get_property("ice-gathering-state") != done:
            return
        self.offered = True
        offer = self.peer.get_property("local-description").sdp.as_text()
        request = urllib.request.Request(
            self.url,
            offer.encode(),
            {"Content-Type": "application/sdp", "Authorization": f"Bearer {self.token}"},
        )
        try:
            text = urllib.request.urlopen(request).read()
        except urllib.error.HTTPError as problem:
            say(f"{problem.code} {problem.read().decode()}")
            return
        _, sdp = GstSdp.SDPMessage.new()
        GstSdp.sdp_message_parse_buffer(text, sdp)
        kind = GstWebRTC.WebRTCSDPType.ANSWER
        answer = GstWebRTC.WebRTCSessionDescription.new(kind, sdp)
        self.peer.emit("set-remote-description", answer, Gst.Promise.new())

    def told(self, *_: Any) -> None:
        state = self.peer.get_property("connection-state")
        say(state.value_nick)

    def came(self, _peer: Any, pad: Any) -> None:
        rest = Gst.parse_bin_from_description(
            f"queue ! {READERS[self.codec]}"
            " ! identity name=seen signal-handoffs=true ! fakesink sync=false async=false",
            True,
        )
        rest.get_by_name("seen").connect("handoff", self.shown)
        self.pipeline.add(rest)
        rest.sync_state_with_parent()
        pad.link(rest.get_static_pad("sink"))

    def shown(self, *_: Any) -> None:
        self.pictures += 1
        say(str(self.pictures))


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


Gst.init(None)
peer = Peer(*sys.argv[1:])
GLib.MainLoop().run()
