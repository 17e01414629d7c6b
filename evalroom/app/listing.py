"""The list of sessions follows the rooms: where each stands, and who is appointed to it, can be
told without opening it.
"""

from collections.abc import Mapping

from evalroom.sessions.people import Appointment
from evalroom.sessions.refusals import Refused
from evalroom.storage.directory import Directory, sessions


class Listing:
    """The index of sessions in the directory, as rooms write to it."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def note(self, session: str, phase: str, people: Mapping[str, Appointment]) -> None:
        """Note where a session stands and who takes part; reading first, because every node that
        has it open says so.

        Raises `Refused` when the directory cannot do it now. A session that was lost from the index
        comes back with the rebuilt one.
        """
        try:
            record = await self._directory.read(sessions.by_id, session)
        except Refused as refused:
            if refused.code != "unknown_session":
                raise
        else:
            if record.state != phase:
                await self._directory.write(sessions.set_state, session, phase)
            listed = await self._directory.read(sessions.appointed, session)
            if listed != people:
                await self._directory.write(sessions.set_people, session, people)
