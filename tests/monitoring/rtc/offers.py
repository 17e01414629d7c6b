"""An offer as a browser makes it, and the same with something changed."""

import re

TRANSPORT = """\
a=ice-ufrag:abcd
a=ice-pwd:abcdefghijklmnopqrstuvwx
a=fingerprint:sha-256 {fingerprint}
a=setup:actpass
""".format(fingerprint=":".join(["AB"] * 32))

VIDEO = f"""\
m=video 9 UDP/TLS/RTP/SAVPF 96 97 102 103 45
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
{TRANSPORT}a=candidate:1 1 udp 2122260223 127.0.0.1 61000 typ host
a=mid:0
a=extmap:3 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
a=extmap:4 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
a=sendonly
a=msid:stream track
a=rtcp-mux
a=rtpmap:96 VP8/90000
a=rtcp-fb:96 goog-remb
a=rtcp-fb:96 nack
a=rtcp-fb:96 nack pli
a=rtpmap:97 rtx/90000
a=fmtp:97 apt=96
a=rtpmap:102 H264/90000
a=rtcp-fb:102 nack
a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f
a=rtpmap:103 rtx/90000
a=fmtp:103 apt=102
a=rtpmap:45 AV1/90000
a=ssrc-group:FID 1111 2222
a=ssrc:1111 cname:someone
a=ssrc:2222 cname:someone
"""

AUDIO = f"""\
m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
{TRANSPORT}a=mid:1
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=sendonly
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=ssrc:3333 cname:someone
"""

HEAD = """\
v=0
o=- 1 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
a=msid-semantic: WMS stream
"""

GOOD = (HEAD + VIDEO + AUDIO).replace("\n", "\r\n")


def edited(pattern: str, new: str, count: int = 0) -> str:
    text, times = re.subn(pattern, new, GOOD.replace("\r\n", "\n"), count=count, flags=re.M)
    assert times, f"{pattern} is nowhere"
    return text.replace("\n", "\r\n")


def many(line: str, times: int) -> str:
    return edited(r"^a=mid:1\n", "a=mid:1\n" + line * times)
