"""A route is a function and what stands above it: the method, the path, who may. Its
annotations are its schema.

    @route("POST", "/api/accounts", "security", status=201)
    async def add_account(call: Call, body: NewAccount) -> Account: ...

`body` and `query` are decoded strictly into the annotated types, the result is encoded from its
own, and the OpenAPI description is read from the same annotations: what is documented is what
runs.
"""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal, get_type_hints

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]

Access = Literal[
    "anyone",
    "person",
    "invited",
    "speaker",
    "system",
    "security",
    "audit",
    "system or security",
    "security or audit",
]
"""Who may: anyone at all; a person who is logged in; whoever the session has invited, programs
with a `read` scope included; whoever is recognised, person or program, the rest being the session's
word; the holder of an office.
"""

Run = Callable[..., Awaitable[Any]]

# Room for every form of an account, a venue, a token; nobody types more.
MAX_JSON_BODY = 64 * 1024

Pool = Literal["quick", "heavy", "streams"]
"""What a call takes up: next to nothing, a large file in memory, or a slow line."""

# Longer than a password takes when a whole venue logs in, shorter than anybody waits.
SECONDS = 30.0

# For a file of the largest size over a poor line, and the reading of it.
HEAVY_SECONDS = 180.0


@dataclass(frozen=True)
class Route:
    """One operation. `answers` and `takes` name media types when they are not JSON; `statuses` are
    what it may answer beyond its own and those that its access and shape imply.
    """

    method: Method
    path: str
    access: Access
    run: Run
    status: int
    body: Any
    query: Any
    result: Any
    max_body: int
    pool: Pool
    seconds: float | None
    takes: tuple[str, ...]
    answers: tuple[str, ...]
    tag: str
    statuses: tuple[int, ...]

    @property
    def name(self) -> str:
        """The operation's id: the name of its function."""
        return self.run.__name__

    @property
    def summary(self) -> str:
        """The first sentence about it."""
        return (inspect.getdoc(self.run) or "").split("\n\n")[0].replace("\n", " ")

    @property
    def good_statuses(self) -> tuple[int, ...]:
        """What it answers when it was carried out."""
        return (self.status, *(status for status in self.statuses if status < 300))

    @property
    def writes(self) -> bool:
        """Whether it may change anything, and so asks which page it comes from."""
        return self.method != "GET"


def route(
    method: Method,
    path: str,
    access: Access,
    *,
    status: int = 200,
    max_body: int = MAX_JSON_BODY,
    pool: Pool = "quick",
    seconds: float | None = SECONDS,
    takes: tuple[str, ...] = (),
    answers: tuple[str, ...] = (),
    statuses: tuple[int, ...] = (),
) -> Callable[[Run], Route]:
    """Make a route of a function `(call, body?, query?) -> result`; a result of None answers 204.

    `seconds=None` leaves time to the function, for streams that watch it themselves.
    """

    def made(run: Run) -> Route:
        hints = get_type_hints(run, include_extras=True)
        result = None if hints["return"] is type(None) else hints["return"]
        return Route(
            method=method,
            path=path,
            access=access,
            run=run,
            status=204 if result is None else status,
            body=hints.get("body"),
            query=hints.get("query"),
            result=result,
            max_body=max_body,
            pool=pool,
            seconds=seconds,
            takes=takes,
            answers=answers,
            tag=run.__module__.rpartition(".")[2],
            statuses=statuses,
        )

    return made
