"""What a browser brings and takes: two cookies, and the origin of the page that speaks."""

from collections.abc import Mapping

from msgspec import Struct

from evalroom.sessions.refusals import Refused

# Browsers keep no cookie for longer (RFC 6265bis, 5.5); it is sent anew at each log-in.
DEVICE_SECONDS = 400 * 24 * 3600

_BEARER = "bearer "


class Cookie(Struct, frozen=True):
    """A cookie to set: HttpOnly and SameSite=Strict always. Without `max_age` it goes with the
    browser's window.
    """

    name: str
    value: str
    secure: bool
    max_age: int | None = None


class Credentials(Struct, frozen=True):
    """What came along with a request to say who speaks."""

    login: str | None = None
    device: str | None = None
    bearer: str | None = None
    origin: str | None = None


class Browsers:
    """The public origins of this server, and the names of the cookies that go with them."""

    def __init__(self, origins: tuple[str, ...]) -> None:
        self._origins = frozenset(origins)
        self.secure = bool(origins) and all(origin.startswith("https://") for origin in origins)
        # The prefix makes the browser refuse a cookie that a neighbouring host or a plain page
        # tries to plant.
        prefix = "__Host-" if self.secure else ""
        self.login_name = f"{prefix}evalroom_login"
        self.device_name = f"{prefix}evalroom_device"

    def credentials(self, headers: Mapping[str, str]) -> Credentials:
        """Read them from a request's headers, a mapping that does not mind the case of names."""
        cookies = _cookies(headers.get("Cookie", ""))
        authorization = headers.get("Authorization")
        bearer = None
        if authorization is not None:
            # Any other scheme is a token never handed out here: refused, not ignored.
            wanted = authorization[: len(_BEARER)].lower() == _BEARER
            bearer = authorization[len(_BEARER) :].strip() if wanted else ""
        return Credentials(
            login=cookies.get(self.login_name),
            device=cookies.get(self.device_name),
            bearer=bearer,
            origin=headers.get("Origin"),
        )

    def check_origin(self, credentials: Credentials) -> None:
        """Refuse what another site makes a browser send. Raises `Refused("foreign_origin")`.

        A program without cookies sends no Origin and needs none; a browser always sends one
        with a write.
        """
        if credentials.origin in self._origins:
            return
        from_browser = credentials.login is not None or credentials.device is not None
        if credentials.origin is not None or from_browser:
            raise Refused("foreign_origin")

    def login_cookie(self, secret: str) -> Cookie:
        """The cookie of one log-in."""
        return Cookie(self.login_name, secret, self.secure)

    def device_cookie(self, secret: str) -> Cookie:
        """The cookie by which a browser is known again."""
        return Cookie(self.device_name, secret, self.secure, DEVICE_SECONDS)


def _cookies(header: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in header.split(";"):
        name, equals, value = part.strip().partition("=")
        if equals:
            # The first wins: browsers send the more specific path first, and ours is the only one.
            found.setdefault(name, value.strip('"'))
    return found
