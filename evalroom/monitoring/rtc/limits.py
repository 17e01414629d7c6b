"""Every limit of the media connections: its value and the reason for it."""

from typing import Final

# Offers.

OFFER_BYTES: Final = 65_536
"""A browser's offer of one camera and one microphone, all codecs named, has 10 KB."""

OFFER_LINES: Final = 2_048
"""The parser looks at every codec for some lines: the product of both must stay small."""

OFFER_CODECS: Final = 128
"""Payload types are numbers below 128; a browser names about 40 for a video."""

OFFER_MEDIA: Final = 8
"""What a listener may bring; more than three voices are not heard at a time."""

OFFER_CANDIDATES: Final = 32
"""Each is answered with checks. A workstation with four interfaces has about ten."""

OFFER_SSRCS: Final = 16
"""Named sources in one media section: one and its retransmissions are used."""

# Connections.

CONNECT_SECONDS: Final = 15.0
"""From the answer to the first protected packet. A browser needs less than one, behind a relay
about two; who is not there by now posts a new offer."""

LOOK_SECONDS: Final = 2.0
"""How often a connection is looked after: what is told above is told so much late."""

CLOSED_KEPT: Final = 64
"""Connections that are over and not yet let go by the collector: ten megabytes. To look for them
costs a pause of some ten milliseconds."""

SILENT_SECONDS: Final = 10.0
"""Without any packet, reports included, from a publisher. Reports come each second, and consent
(RFC 7675) alone would take half a minute to notice."""

SSRCS: Final = 8
"""Sources that one connection may send from: two media, their retransmissions, and as many again
after a change. Each costs a key schedule in the SRTP library that is never given back."""

QUEUED_DATAGRAMS: Final = 256
"""DTLS and foreign datagrams that wait for the loop; the library's own queue has no end."""

EARLY_DATAGRAMS: Final = 64
"""Media of a peer whose handshake is over while ours is not: a first key frame, which would have to
be asked for anew. Nobody has vouched for them yet, so they are few."""

RECEIVE_BUFFER_BYTES: Final = 262_144
"""The kernel's buffer for one socket: half a second of a screen at 4 Mbit/s."""

DATAGRAM_BYTES: Final = 1_500
"""No peer sends more than an Ethernet frame, and no more can be unprotected; longer datagrams are
not looked at."""

READ_AT_ONCE: Final = 32
"""Datagrams of one socket before the others have their turn: a camera's key frame."""

READ_TICK_SECONDS: Final = 0.004
"""How long a packet may lie while many come: a twentieth of what an eye takes for at once. Half as
long costs a seventh more for each of 32 cameras."""

# Repair.

REORDER_PACKETS: Final = 1_024
"""Packets held while one is missing: half a second at 2,000 packets a second. It is also how far
a sequence may jump; further is a new sequence."""

NACKED_PACKETS: Final = 256
"""Sequence numbers asked for at once. Whoever misses more does better with a key frame."""

NACK_SECONDS: Final = 0.06
"""Between two requests for the same packet: asked only once, a lost answer is a lost picture."""

VIDEO_PATIENCE: Final = 0.5
"""How long a picture waits for a missing packet before a key frame is the quicker way."""

AUDIO_PATIENCE: Final = 0.06
"""How long sound waits for a packet that was overtaken; lost sound is not sent again."""

KEY_SECONDS: Final = 0.3
"""Between two requests for a key frame: one is 40 to 60 ms under way, and is expensive."""

KEY_AGAIN_SECONDS: Final = 1.0
"""A publisher that still owes a key frame is reminded."""

REPORT_SECONDS: Final = 1.0
"""Between two reports (RFC 3550), to either side. Bandwidth is told with them."""

REPORT_JITTER: Final = 0.2
"""Reports of many connections are spread by so much of the interval (RFC 3550 §6.3.1)."""

# Frames.

FRAME_BYTES: Final = 2 << 20
"""The largest frame: a key frame of a 4K screen has less. A longer one is dropped."""

FRAME_PACKETS: Final = 4_096
"""Packets of one frame, so that empty ones cost no memory without end."""

PARAMETER_SET_BYTES: Final = 4_096
"""One remembered H.264 parameter set; a real one has 10 to 40 bytes."""

TICKS_JUMP_SECONDS: Final = 10
"""A media clock that goes back, or further ahead than this between two packets, began anew."""

# Sending.

MTU: Final = 1_200
"""Bytes of an RTP payload that we cut ourselves: fits through every tunnel; QUIC begins so too."""

PASSED_ON: Final = 1_300
"""Bytes of a payload that is passed on as it came; with headers and protection the library takes
packets of 1,500."""

HISTORY_PACKETS: Final = 512
"""Packets kept to be sent again: five seconds of a camera, half a second of a busy screen."""

RESEND_SECONDS: Final = 0.03
"""A packet is not sent again sooner: the same request often comes twice."""

RESENDS: Final = 8
"""How often one packet is sent again: half a second of requests each 60 ms."""

NACK_READ: Final = 512
"""Sequence numbers read from one feedback packet: the history has no more."""
