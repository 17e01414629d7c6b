"""Who may hear what is not kept: typing, pointing, turning a page.

While any section is under individual review the members work apart, and nothing passes between them
(theory: even that somebody points at a page says what he thinks about). Afterwards the members who
scored a section may discuss it, as long as the session runs.
"""

from evalroom.sessions.state import Session


def hearers(session: Session, speaker: str, matter: str) -> frozenset[str]:
    """The members whom a member's word about `matter` (a section's id) may reach; if there is none,
    it is dropped.
    """
    if session.over or session.pause is not None:
        return frozenset()
    progress, revealed = session.sheets.progress, session.sheets.revealed
    if any(revealed.get(section, 0) < each.round for section, each in progress.items()):
        return frozenset()
    scorers = session.plan.section_scorers.get(matter, ())
    if matter not in revealed or speaker not in scorers:
        return frozenset()
    return frozenset(scorers) - {speaker}
