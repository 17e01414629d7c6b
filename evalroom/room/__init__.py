"""One live session in this process: its only writer, its readers, its presence and deadlines."""

from evalroom.room.audiences import Membership
from evalroom.room.drafts import Answer
from evalroom.room.means import Bus, Frames, Keys, Means, Sink
from evalroom.room.room import Room
from evalroom.room.rooms import Rooms

__all__ = ["Answer", "Bus", "Frames", "Keys", "Means", "Membership", "Room", "Rooms", "Sink"]
