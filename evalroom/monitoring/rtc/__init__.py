"""WebRTC as the rest of the house sees it: offers in, encoded frames in and out, never decoded.

The only package that touches aiortc and aioice; names they do not promise are in `private`.
"""

from evalroom.monitoring.rtc.inlet import Inlet, InletTrack, receive
from evalroom.monitoring.rtc.life import Reason
from evalroom.monitoring.rtc.offer import BadOffer, Kind
from evalroom.monitoring.rtc.outlet import Outlet, OutletSlot, SlotSpec, send
from evalroom.monitoring.rtc.ports import NoPort
from evalroom.monitoring.rtc.settings import RtcSettings
from evalroom.monitoring.rtc.stats import InletStats, OutletStats

__all__ = [
    "BadOffer",
    "Inlet",
    "InletStats",
    "InletTrack",
    "Kind",
    "NoPort",
    "Outlet",
    "OutletSlot",
    "OutletStats",
    "Reason",
    "RtcSettings",
    "SlotSpec",
    "receive",
    "send",
]
