"""A small judge of JSON Schema (2020-12): the words our schemas use, strict about fields nobody described."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

TYPES = {
    "string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list, "object": dict,
    "null": type(None),
}  # fmt: skip
KNOWN = {
    "$schema", "$id", "$ref", "$defs", "title", "description", "type", "properties", "required", "items",
    "enum", "const", "anyOf", "additionalProperties", "format", "default", "prefixItems", "minItems",
    "maxItems",
}  # fmt: skip


def faults(
    thing: object, schema: Mapping[str, Any], root: Mapping[str, Any] | None = None, at: str = ""
) -> Iterator[str]:
    """What is wrong with `thing`; a field no schema names is wrong too, though readers pass over it."""
    root = schema if root is None else root
    assert schema.keys() <= KNOWN, f"the judge does not know {schema.keys() - KNOWN}"
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        if all(list(faults(thing, one, root, at)) for one in schema["anyOf"]):
            yield f"{at}: {thing!r} is none of these"
        return
    if "const" in schema and thing != schema["const"]:
        yield f"{at}: {thing!r} is not {schema['const']!r}"
    if "enum" in schema and thing not in schema["enum"]:
        yield f"{at}: {thing!r} is none of {schema['enum']}"
    if "type" in schema and not _is(thing, schema["type"]):
        yield f"{at}: {thing!r} is no {schema['type']}"
    if isinstance(thing, list) and "items" in schema:
        for n, one in enumerate(thing):
            yield from faults(one, schema["items"], root, f"{at}[{n}]")
    if isinstance(thing, dict) and ("properties" in schema or "additionalProperties" in schema):
        yield from _fields(thing, schema, root, at)


def _is(thing: object, said: str | list[str]) -> bool:
    wanted = [said] if isinstance(said, str) else said
    return any(
        isinstance(thing, TYPES[one]) and not (isinstance(thing, bool) and one != "boolean") for one in wanted
    )


def _fields(
    thing: dict[str, object], schema: Mapping[str, Any], root: Mapping[str, Any], at: str
) -> Iterator[str]:
    described, rest = schema.get("properties", {}), schema.get("additionalProperties")
    yield from (f"{at}: {name} is missing" for name in schema.get("required", []) if name not in thing)
    for name, value in thing.items():
        if name in described:
            yield from faults(value, described[name], root, f"{at}.{name}")
        elif isinstance(rest, dict):
            yield from faults(value, rest, root, f"{at}.{name}")
        else:
            yield f"{at}: nobody described {name}"
