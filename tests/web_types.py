"""What the web client knows of the server, made from the server: the types of commands, of what a
view holds and of the interface over HTTP, names, limits, sentences.
"""

import json
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec

from evalroom.api.application import ROUTES
from evalroom.api.openapi import REF, description
from evalroom.sessions.alarm_register import Found, Level, Reported, Stage
from evalroom.sessions.catalogue import COMMANDS
from evalroom.sessions.gates import Condition
from evalroom.sessions.opening import Phase
from evalroom.sessions.people import Role
from evalroom.sessions.phases import CHAINS
from evalroom.sessions.results import RecheckRequested
from evalroom.sessions.scoring.facts import PriceScore, Result, SectionScore, Verdict
from evalroom.sessions.tender import model
from evalroom.signaling.monitor_socket import PATH as WALL
from evalroom.storage.directory.accounts import Office
from evalroom.wire.limits import LIMITS
from evalroom.wire.messages import COMES_BACK, PROTOCOL, Bye, Done, NotDone
from evalroom.wire.texts import CATALOGUES, LANGUAGES, Language
from tests.typescript import HEADER, body, comment, interfaces, plain, quoted, shape

CLIENT = Path(__file__).parent.parent / "web_client"
GENERATED = CLIENT / "src/protocol/generated"

SHOWN: tuple[type[Any], ...] = (
    Condition, Verdict, SectionScore, PriceScore, Result, RecheckRequested,
    model.Section, model.Criterion, model.Bid, model.Aggregation, model.PriceRule,
    model.TieBreaker, model.Opening, model.Policy,
)  # fmt: skip
"""What stands in a view as it stands in the server."""


def session_types() -> str:
    """Commands and what a view holds of the server's own values."""
    kinds = list(COMMANDS.values())
    _, sent = msgspec.json.schema_components(kinds, ref_template=REF)
    _, shown = msgspec.json.schema_components(SHOWN, ref_template=REF)
    parts = {name: schema for name, schema in sent.items() if name not in COMMANDS}
    # What is both sent and shown is written down once, as it may be sent.
    parts |= {name: schema for name, schema in shown.items() if name not in parts}
    lines = [HEADER, *interfaces(parts, sent), *_commands(sent)]
    return "\n".join(lines)


def _commands(schemas: dict[str, Any]) -> Iterator[str]:
    yield "/** The arguments of each command, by its name. */"
    yield "export interface Commands {"
    for name, kind in COMMANDS.items():
        yield "  " + comment(kind.__doc__ or "")
        arguments = body(schemas[name], sent=True, without="name").replace("\n", "\n  ")
        yield f"  {name}: {arguments}"
    yield "}\n"
    yield "export type CommandName = keyof Commands\n"


def names() -> str:
    """Closed sets of names, and the limits both sides keep."""
    lines = [HEADER]
    for name, values in {
        "Phase": get_args(Phase),
        "Role": get_args(Role),
        "Office": get_args(Office),
        "AlarmKind": (*get_args(Found), *get_args(Reported)),
        "AlarmLevel": get_args(Level),
        "AlarmStage": get_args(Stage),
        "ByeCode": tuple(COMES_BACK),
        "Language": LANGUAGES,
    }.items():
        constant = "".join(f"_{c}" if c.isupper() else c.upper() for c in name).lstrip("_") + "S"
        lines += [
            f"export const {constant} = [{', '.join(map(quoted, values))}] as const",
            f"export type {name} = (typeof {constant})[number]\n",
        ]
    chains = {regime: list(chain) for regime, chain in CHAINS.items()}
    lines += [
        "/** The phases of a regime in their order, without the end. */",
        f"export const CHAINS = {json.dumps(chains, indent=2)} as const\n",
        f"export const PROTOCOL = {PROTOCOL}",
        f"export const WALL_PATH = {quoted(WALL)}\n",
        "/** Limits of docs/protocol.md, and what they are for. */",
        "export const LIMITS = {",
        *(f"  /** {one.unit}: {one.reason} */\n  {one.name}: {one.value}," for one in LIMITS),
        "} as const\n",
    ]
    return "\n".join(lines)


def messages() -> str:
    """What the server says on the control plane."""
    answers = (Done, NotDone, Bye)
    _, schemas = msgspec.json.schema_components(answers, ref_template=REF)
    return "\n".join([HEADER, *interfaces(schemas)])


def rest() -> str:
    """The interface over HTTP: each operation with its path, what it takes and what it gives."""
    # Not the whole document: a version is no part of a type.
    made = description(ROUTES, "")
    schemas = made["components"]["schemas"]
    sent = _sent(made)
    lines = [HEADER, *interfaces(schemas, sent), "export interface Operations {"]
    for path, methods in made["paths"].items():
        for operation in methods.values():
            lines += [
                f"  /** {operation['summary']} */".replace("`", ""),
                f"  {operation['operationId']}: {_operation(path, operation)}",
            ]
    lines += ["}\n", "export const ROUTES: { [name in keyof Operations]: [string, string] } = {"]
    for path, methods in made["paths"].items():
        for method, operation in methods.items():
            line = f"  {operation['operationId']}: [{quoted(method.upper())}, {quoted(path)}],"
            lines.append(line)
    return "\n".join([*lines, "}\n"])


def _sent(made: dict[str, Any]) -> set[str]:
    """The schemas that requests are made of, and their parts."""
    schemas = made["components"]["schemas"]
    found: set[str] = set()
    waiting = [
        operation["requestBody"]
        for methods in made["paths"].values()
        for operation in methods.values()
        if "requestBody" in operation
    ]
    while waiting:
        for name in set(_refs(waiting.pop())) - found:
            found.add(name)
            waiting.append(schemas[name])
    return found


def _refs(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"].rpartition("/")[2]
        for inner in value.values():
            yield from _refs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _refs(inner)


def _operation(path: str, operation: dict[str, Any]) -> str:
    places = [one for one in operation["parameters"] if one["in"] == "path"]
    asked = [one for one in operation["parameters"] if one["in"] == "query"]
    in_path = "; ".join(f"{one['name']}: string" for one in places)
    query = "; ".join(
        f"{one['name']}{'' if one['required'] else '?'}: {shape(one['schema'])}" for one in asked
    )
    content = operation.get("requestBody", {}).get("content", {})
    form = content.get("application/json", {}).get("schema")
    taken = plain(shape(form)) if form else ("Blob | string" if content else "undefined")
    answers: dict[str, Any] = operation["responses"]
    first = next((one for status, one in answers.items() if status < "300"), None)
    good = first.get("content", {}) if first else {}
    shown = good.get("application/json", {}).get("schema")
    given = shape(shown) if shown else ("Blob" if good else "undefined")
    return (
        f"{{ path: {{ {in_path} }}; query: {{ {query} }}; body: {taken}; result: {given} }}"
    ).replace("{  }", "Record<string, never>")


def sentences(language: Language) -> str:
    """The server's sentences in one language."""
    shown = dict(sorted(CATALOGUES[language].items()))
    return json.dumps(shown, ensure_ascii=False, indent=2) + "\n"


def papers() -> Iterator[tuple[Path, typing.Callable[[], str]]]:
    """Each file with what makes it."""
    yield GENERATED / "session.ts", session_types
    yield GENERATED / "names.ts", names
    yield GENERATED / "messages.ts", messages
    yield GENERATED / "rest.ts", rest
    for language in LANGUAGES:
        yield GENERATED / f"sentences.{language}.json", lambda one=language: sentences(one)  # type: ignore[misc]
