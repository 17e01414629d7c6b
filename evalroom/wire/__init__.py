"""The contract with the browser: messages, frames, limits. `docs/protocol.md` is its prose."""
