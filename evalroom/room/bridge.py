"""From where a reader stood to where the session stands: the tokens, and what they lead on to."""

from collections.abc import Sequence

from evalroom.room.audiences import told_of
from evalroom.room.loading import Folding, Loaded
from evalroom.room.means import Means
from evalroom.room.past import Past
from evalroom.room.recorder import Recorder
from evalroom.room.tokens import Tokens
from evalroom.sessions.refusals import Refused
from evalroom.sessions.visibility import Audience, Change


class Bridge:
    """The way back into one session, for whoever holds a token."""

    def __init__(self, means: Means, loaded: Loaded, folding: Folding, recorder: Recorder) -> None:
        session = bytes.fromhex(loaded.standing.session.id)
        self.tokens = Tokens(means.keys.cluster, session, means.random)
        self.past = Past(folding, session, loaded.tail)
        self._recorder = recorder

    def token(self, audience: Audience) -> bytes:
        """A token for who has been told everything so far."""
        return self.tokens.seal(audience, self._recorder.standing.head)

    async def reach(self, audience: Audience, token: bytes) -> None:
        """Read on in the ledger, or back, for a token that lies ahead, or far back.

        Raises `Refused`: `token_invalid`, `stale_token`, `ledger_unavailable`, or why nothing can
        be recorded here any more.
        """
        known, head = self.tokens.open(audience, token), self._recorder.standing.head
        if known.seq > head.seq:
            await self._recorder.read_on()
        else:
            await self.past.reach(known, head)

    def missed(self, audience: Audience, token: bytes) -> Sequence[Change]:
        """What its holder has not been told. Raises `Refused`: `token_invalid`, `stale_token`."""
        known, standing = self.tokens.open(audience, token), self._recorder.standing
        if known == standing.head:
            return ()
        if known.seq > standing.head.seq:
            # From another node that is ahead of this one, or from before a backup was restored.
            self._recorder.fall_behind()
        missed = self._recorder.tail.since(known)
        if missed is None:
            raise Refused("stale_token")
        return told_of(missed.known, missed.events, standing.session, audience)

    def stop(self) -> None:
        """Let go of what is under way."""
        self.past.stop()
