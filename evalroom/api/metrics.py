"""Figures about the interface, for Prometheus on a port of its own. No label names a session, a
person or a path as it was typed: their number is the number of routes.
"""

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from evalroom.api.routes import Route

# From a cached page to a venue waiting for its passwords.
SECONDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)


class HttpMetrics:
    """How many requests, how they ended, how long they took."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter(
            "evalroom_http_requests",
            "Requests carried out or refused",
            ("route", "status", "code"),
            registry=registry,
        )
        self._seconds = Histogram(
            "evalroom_http_seconds",
            "Time to an answer",
            ("route",),
            buckets=SECONDS,
            registry=registry,
        )

    def count(self, route: Route, status: int, code: str, seconds: float) -> None:
        """Note one answer; `code` is the refusal's, or nothing."""
        self._requests.labels(route.name, str(status), code).inc()
        self._seconds.labels(route.name).observe(seconds)


def metrics_app(registry: CollectorRegistry) -> web.Application:
    """An application with `/metrics` and nothing else, for a port that only the monitoring
    reaches.
    """

    async def metrics(_request: web.Request) -> web.Response:
        return web.Response(
            body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )

    app = web.Application()
    app.router.add_get("/metrics", metrics)
    return app
