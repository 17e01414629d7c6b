"""What the address shows to a person with a browser."""

import pytest

from tests.api.node import Node


@pytest.mark.rule("A38")
@pytest.mark.parametrize(("language", "told"), [("zh-CN", "服务器运行正常"), ("en", "is running")])
async def test_the_address_says_in_the_readers_language_what_is_here(
    site: Node, language: str, told: str
) -> None:
    reply = await site.browser().get("/", headers={"Accept-Language": language})
    assert reply.status == 200
    assert reply.headers["Content-Type"].startswith("text/html")
    page = reply.body.decode()
    assert told in page
    assert f'<html lang="{language}">' in page
    for link in ("/api/openapi.json", "/readyz"):
        assert f'href="{link}"' in page
        assert (await site.browser().get(link)).status == 200
