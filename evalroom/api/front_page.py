"""What a person sees who opens the address of a server whose web client was not built."""

from aiohttp import web

from evalroom.wire.texts import preferred

_WORDS = {
    "zh-CN": (
        "EvalRoom 远程异地评标室",
        "服务器运行正常，但没有找到网页客户端：请用 ./dev demo 启动，或安装发布版。接口可以使用。",
        ("接口说明（OpenAPI）", "服务状态"),
    ),
    "en": (
        "EvalRoom",
        "The server is running, but its web client was not built: ./dev demo builds it.",
        ("The interface (OpenAPI)", "Is the server ready?"),
    ),
}


async def front_page(request: web.Request) -> web.Response:
    """A plain page in the reader's language that says what is here, and what is missing."""
    language = preferred(request.headers.get("Accept-Language"))
    title, told, (interface, ready) = _WORDS[language]
    page = (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{title}</title>'
        f"<h1>{title}</h1><p>{told}</p>"
        f'<ul><li><a href="/api/openapi.json">{interface}</a></li>'
        f'<li><a href="/readyz">{ready}</a></li></ul></html>'
    )
    headers = {"Vary": "Accept-Language", "Content-Language": language}
    return web.Response(text=page, content_type="text/html", headers=headers)
