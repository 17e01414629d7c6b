"""Papers that are made from the code. `python -m tests.generated` writes them; `test_generated`
holds them.

docs/session.md tells whoever writes a client which phases there are, which commands, what a view
holds and what a ledger.
"""

import typing
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin

import msgspec

from evalroom.sessions.catalogue import EVENTS
from evalroom.sessions.minutes import LINES
from evalroom.sessions.people import SEVERAL_LINES
from evalroom.sessions.phases import CHAINS, EVERY, RULES
from evalroom.sessions.sheets import PAGES, CellEntry
from evalroom.sessions.tender.model import Evidence
from evalroom.sessions.visibility.view import PARTS
from tests import web_played, web_types

DOCS = Path(__file__).parent.parent / "docs"


def session_manual() -> str:
    """docs/session.md."""
    return "\n".join(
        (
            "# A session: phases, commands, view, ledger",
            "",
            "Made from the code. How a command travels, and how a view is kept in step, is in",
            "[protocol.md](protocol.md); why the rules are as they are, in [spec.md](spec.md).",
            "",
            *_phases(),
            *_commands(),
            *_view(),
            *_ledger(),
        )
    )


def _phases() -> Iterator[str]:
    yield from ("## Phases", "")
    yield (
        "A session begins in `check_in` and opens one phase after another, each when the gate of "
        "the one before is met. The view's `gate` lists the conditions at hand, unmet ones first."
    )
    yield ""
    for regime, chain in CHAINS.items():
        yield f"- `{regime}`: " + " → ".join(f"`{phase}`" for phase in chain) + " → `closed`"
    yield ""
    yield (
        "Other ends: `failed` (too few bids), `evaluation_stopped` (停止评标), `aborted`. Without "
        "a lead (policy `lead = none`) there is no phase `lead`; what the lead would do, each "
        "member confirms."
    )
    yield ""


def _commands() -> Iterator[str]:
    yield from ("## Commands", "")
    yield (
        "`by`: members of the committee, its lead, or holders of an office. A command marked ⏸ is "
        "also accepted while the session is paused, one marked ⏹ after its end too. Texts and "
        "lists have the lengths given; `…?` may be left out. A member acts from his seat: checked "
        "in at a browser paired with the workstation planned for him (policy `seat_browser`), and "
        "from then on from the device bound to it."
    )
    yield ""
    yield (
        "A wrong type or an unknown field is a fault of the client and ends the connection. What a "
        "person typed is refused instead, with its place in `path` (`cells[3].reason`): "
        "`text_too_long` and `list_too_long` with the `limit`, `text_empty`, `list_empty`, and "
        "`text_unreadable` for blanks alone, control characters and code points that turn the "
        "direction of writing. Line breaks (U+000A) and tabs are for texts marked ¶. A "
        "text of a nested value without a length has the one it has in a tender file."
    )
    yield ""
    yield from _table_of_commands()
    yield ""
    yield from _entering_scores()


def _table_of_commands() -> Iterator[str]:
    yield "| command | by | phases | arguments | what it is for |"
    yield "|---|---|---|---|---|"
    for command, rule in RULES.items():
        phases = "all" if rule.phases == EVERY else ", ".join(_in_order(rule.phases))
        paused = " ⏸" * rule.paused + " ⏹" * rule.over
        by = ", ".join(sorted(rule.by))
        doc = _doc(command)
        yield f"| `{command.__name__}`{paused} | {by} | {phases} | {_fields(command)} | {doc} |"


def _entering_scores() -> Iterator[str]:
    cell, evidence = _fields(CellEntry), _fields(Evidence)
    yield (
        f"A cell of `EnterScores` is {{{cell}}}, its evidence {{{evidence}}}: a document of that "
        f"bid by its id, a page from 1 to the document's last (at most {PAGES} where the tender "
        "does not say how many it has), a rectangle as left, top, right, bottom in thousandths of "
        "the page. A cell stands once in a command. An id of a command that was given to another "
        "one is refused (`command_id_reused`)."
    )
    yield ""
    yield (
        "An item with `objective = one_enters_all_confirm` is confirmed by entering it: the first "
        "value any of its scorers enters stands in `shared` for all of them, and each confirms by "
        "entering the same value in his own sheet; nobody's sheet closes without it. Another value "
        "is no refusal but the next proposal, which `shared` shows from then on; at the last "
        "personal closing items whose values differ are re-opened for all their scorers."
    )
    yield ""


def _view() -> Iterator[str]:
    yield from ("## View", "")
    yield (
        "A map with these keys, for each audience as far as it may see; what it may not see is "
        "null or empty. Decimal numbers are strings."
    )
    yield ""
    yield "| key | what it holds |"
    yield "|---|---|"
    for name, part in PARTS.items():
        yield f"| `{name}` | {_doc(part.build)} |"
    yield ""


def _ledger() -> Iterator[str]:
    yield from ("## Ledger", "")
    yield (
        "An entry's events, each a JSON object with its `type`. *Minutes*: who reads a line of it, "
        "and with which fields; a dash: no line. Whose act it was (`by`, an account that is no "
        "member's) agency and watchers read besides. An auditor reads lines when the session is "
        "over. Entries that reveal or end something close with a `Checkpoint` of the storage: "
        "`key`, `seq`, `head`, `signature`."
    )
    yield ""
    yield "| event | fields | minutes | what happened |"
    yield "|---|---|---|---|"
    for event in sorted(EVENTS, key=lambda kind: (kind.__module__, EVENTS.index(kind))):
        rule = LINES.get(event)
        shown = f"{rule[0]}: {', '.join(rule[1])}".rstrip(": ") if rule else "–"
        yield f"| `{event.__name__}` | {_fields(event)} | {shown} | {_doc(event)} |"
    yield ""


def _in_order(phases: Iterable[str]) -> list[str]:
    chain = CHAINS["government_procurement"]
    return sorted(phases, key=lambda phase: chain.index(phase))


def _doc(thing: Any) -> str:
    return " ".join((thing.__doc__ or "").split()).replace("|", "\\|")


def _fields(kind: type[Any]) -> str:
    hints = typing.get_type_hints(kind, include_extras=True)
    return ", ".join(
        f"`{field.name}{'' if field.required else '?'}`: {_shape(hints[field.name])}"
        for field in msgspec.structs.fields(kind)
    )


def _shape(hint: Any) -> str:
    """A type in words a writer of JSON understands."""
    if get_origin(hint) is typing.Annotated:
        inner, *metas = get_args(hint)
        (meta,) = (m for m in metas if isinstance(m, msgspec.Meta))
        return " ".join([_shape(inner), *_length(meta)])
    if get_origin(hint) in (UnionType, typing.Union):
        return " or ".join(_shape(option) for option in get_args(hint))
    if get_origin(hint) is typing.Literal:
        return " / ".join(f"`{value}`" for value in get_args(hint))
    if get_origin(hint) is tuple:
        return _tuple(get_args(hint))
    if get_origin(hint) is dict:
        return f"map of {_shape(get_args(hint)[1])}"
    names = {str: "text", int: "integer", bool: "boolean", type(None): "null"}
    return names.get(hint, getattr(hint, "__name__", str(hint)))


def _length(meta: msgspec.Meta) -> Iterator[str]:
    if meta.max_length:
        yield f"{meta.min_length}…{meta.max_length}" if meta.min_length else f"≤ {meta.max_length}"
    if meta.extra == SEVERAL_LINES:
        yield "¶"


def _tuple(inner: tuple[Any, ...]) -> str:
    if inner[-1] is Ellipsis:
        return f"list of {_shape(inner[0])}"
    return "[" + ", ".join(_shape(part) for part in inner) + "]"


PAPERS = {
    DOCS / "session.md": session_manual,
    **dict(web_types.papers()),
    DOCS.parent / web_played.PLAYED: web_played.played,
}

if __name__ == "__main__":
    for path, make in PAPERS.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(make(), encoding="utf-8")
