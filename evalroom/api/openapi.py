"""The description of the interface (OpenAPI 3.1), made from the routes and their types."""

import re
from collections.abc import Iterable
from typing import Any

import msgspec
from aiohttp import web

from evalroom.api.encoding import JSON, MSGPACK, PROBLEM
from evalroom.api.problems import Problem
from evalroom.api.routes import Route

REF = "#/components/schemas/{name}"

Json = dict[str, Any]


def description(routes: Iterable[Route], version: str) -> Json:
    """The whole document as a JSON value."""
    listed = list(routes)
    types = [kind for one in listed for kind in (one.body, one.result) if _is_described(kind)]
    unique = list(dict.fromkeys([*types, Problem]))
    schemas, components = msgspec.json.schema_components(unique, ref_template=REF)
    schema_of = dict(zip(unique, schemas, strict=True))
    paths: dict[str, Json] = {}
    for one in listed:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, schema_of)
    return {
        "openapi": "3.1.0",
        "info": {"title": "EvalRoom", "version": version},
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": _SCHEMES},
    }


_SCHEMES: Json = {
    "cookie": {"type": "apiKey", "in": "cookie", "name": "evalroom_login"},
    "bearer": {"type": "http", "scheme": "bearer"},
}


def _operation(route: Route, schema_of: dict[Any, Json]) -> Json:
    operation: Json = {
        "operationId": route.name,
        "tags": [route.tag],
        "summary": route.summary,
        "parameters": [*_path_parameters(route), *_query_parameters(route)],
        "responses": _responses(route, schema_of),
        "security": _security(route),
        "x-access": route.access,
    }
    if route.takes:
        operation["requestBody"] = {"required": True, "content": {kind: {} for kind in route.takes}}
    elif route.body is not None:
        content = {JSON: {"schema": schema_of[route.body]}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _security(route: Route) -> list[Json]:
    match route.access:
        case "anyone":
            return []
        case "invited" | "speaker":
            return [{"cookie": []}, {"bearer": []}]
        case _:
            return [{"cookie": []}]


def _path_parameters(route: Route) -> list[Json]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", route.path)
    ]


def _query_parameters(route: Route) -> list[Json]:
    if route.query is None:
        return []
    (_,), components = msgspec.json.schema_components([route.query], ref_template=REF)
    schema = components[route.query.__name__]
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": kind}
        for name, kind in schema["properties"].items()
    ]


def _responses(route: Route, schema_of: dict[Any, Json]) -> Json:
    good: Json = {"description": "Done"}
    if _is_described(route.result):
        schema = {"schema": schema_of[route.result]}
        good["content"] = {JSON: schema, MSGPACK: schema}
    elif route.answers:
        good["content"] = {kind: {} for kind in route.answers}
    problem = {PROBLEM: {"schema": schema_of[Problem]}}
    refused = {
        str(status): {"description": "Refused", "content": problem} for status in _refusals(route)
    }
    return {str(status): good for status in route.good_statuses} | refused


def _refusals(route: Route) -> list[int]:
    found = set(route.statuses) - set(route.good_statuses) | {500, 503}
    if route.access != "anyone":
        found |= {401, 403}
    if route.writes:
        found |= {403}
    # A query that is not wanted is a slip on any route.
    found |= {400}
    if route.body is not None:
        found |= {413, 415}
    return sorted(found)


def _is_described(kind: Any) -> bool:
    return kind is not None and not (
        isinstance(kind, type) and issubclass(kind, web.StreamResponse)
    )
