"""What the score answers when a tender or its sheets cannot be scored at all."""


class Unscorable(ValueError):
    """The tender or the sheets leave a score undefined; nothing was computed.

    `code` is stable (snake_case, `unscorable.<code>` in the catalogues). `params` say where, by
    ids, and never hold a member's value. A live session checks everything before it scores, so
    there this is a bug; `tally` shows it as a fault of the file.
    """

    def __init__(self, code: str, /, **params: str) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.code}({shown})" if shown else self.code
