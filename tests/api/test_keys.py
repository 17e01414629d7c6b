"""The public keys are there for everybody, by the ids that receipts name."""

import asyncio

import pytest

from evalroom.identity.keys import KeyRing, Purpose
from tests.api.node import Node


@pytest.mark.rule("A43")
async def test_anybody_gets_the_public_keys_the_old_ones_too(site: Node) -> None:
    reply = await site.browser().get("/api/keys")
    ring = await asyncio.to_thread(KeyRing.load_or_create, site.folder)
    trusted = {bytes.fromhex(key["id"]): key for key in reply.value["items"]}
    public = {id_: bytes.fromhex(key["public"]) for id_, key in trusted.items()}
    assert public == ring.signing.public
    assert [key["algorithm"] for key in reply.value["items"]] == ["Ed25519"]
    await asyncio.to_thread(ring.rotate, Purpose.SIGNING, site.clock.now)
    site.parts.signing.add(ring.signing.all[-1])
    first, second = (await site.browser().get("/api/keys")).value["items"]
    assert (first, second["since"]) == (reply.value["items"][0], site.clock.now)


@pytest.mark.rule("A43")
async def test_no_secret_half_is_among_them(site: Node) -> None:
    stored = await asyncio.to_thread((site.folder / "keys.json").read_text)
    body = (await site.browser().get("/api/keys")).body.decode()
    secrets = [part for part in stored.split('"') if len(part) == 64]
    assert len(secrets) == len(Purpose)
    assert not [secret for secret in secrets if secret in body]
