"""Answers for hypothesis out of the contracts: right ones, and right ones with something wrong at a few places."""

import re
from typing import Any

from hypothesis import strategies as st

DEEP: Any = None
for _ in range(60):
    DEEP = [DEEP]

NASTY: tuple[Any, ...] = (
    *(None, True, -1, 0, 1.5, 10**30, -(10**30), float("inf"), float("nan"), 2**63),
    *("", " ", "\x00", "\x1b[31m", "\ud800", "\u202e0001", "ﷺ" * 500, "9" * 5_000, "A" * 200_000, "1e999", "-0", "NaN"),
    *("../../x", "<b>&", "2026-13-45", "2026-11-24T25:00:00Z", "0001-01-01", "9999-12-31T23:59:59-23:59"),
    *([], {}, [None], {"a": 1}, DEEP, list(range(2_000)), {"uuid": {"uuid": []}}),
)


def answers(schema: dict[str, Any], contract: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Draw what the schema allows, then damage it at up to four places."""
    return st.builds(_damaged, _valid(schema, contract), st.lists(_damage, max_size=4))


_FITTING = ("COP", "100.00", "0000aaaa-0000-4000-8000-000000000001")


def whole(schema: dict[str, Any], contract: dict[str, Any]) -> Any:
    """Return a right answer that has every field that the schema knows, so that no place is left out."""
    if "$ref" in schema:
        found: Any = contract
        for name in schema["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        return whole(found, contract)
    if "oneOf" in schema:
        return whole(schema["oneOf"][0], contract)
    if "enum" in schema:
        return schema["enum"][0]
    kinds = schema.get("type", "object")
    match kinds if isinstance(kinds, str) else kinds[0]:
        case "null":
            return None
        case "boolean":
            return True
        case "integer":
            return schema.get("minimum", 1)
        case "array":
            return [whole(schema["items"], contract)]
        case "string" if "pattern" in schema:
            return next(one for one in _FITTING if re.fullmatch(schema["pattern"], one))
        case "string" if schema.get("format") == "date":
            return "2026-11-24"
        case "string" if schema.get("format") == "date-time":
            return "2026-11-24T10:00:00-05:00"
        case "string":
            return "900508908"[: schema.get("maxLength", 9)]
    return {name: whole(one, contract) for name, one in schema.get("properties", {}).items()}


_damage = st.tuples(st.integers(0, 10_000), st.sampled_from(["replace", "remove", "repeat"]), st.sampled_from(NASTY))


def _valid(schema: dict[str, Any], contract: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "$ref" in schema:
        found: Any = contract
        for name in schema["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        return _valid(found, contract)
    if "oneOf" in schema:
        return st.one_of([_valid(one, contract) for one in schema["oneOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kinds = schema.get("type", "object")
    return st.one_of([_of_kind(kind, schema, contract) for kind in ([kinds] if isinstance(kinds, str) else kinds)])


def _of_kind(kind: str, schema: dict[str, Any], contract: dict[str, Any]) -> st.SearchStrategy[Any]:
    match kind:
        case "null":
            return st.none()
        case "boolean":
            return st.booleans()
        case "integer":
            return st.integers(schema.get("minimum", 0), schema.get("maximum", 10**9))
        case "array":
            return st.lists(_valid(schema["items"], contract), max_size=3)
        case "string" if "pattern" in schema:
            return st.from_regex(schema["pattern"], fullmatch=True)
        case "string" if schema.get("format") == "date":
            return st.dates().map(str)
        case "string" if schema.get("format") == "date-time":
            return st.just("2026-11-24T10:00:00-05:00")
        case "string":
            return st.text(max_size=min(schema.get("maxLength", 12), 12))
    properties = {name: _valid(one, contract) for name, one in schema.get("properties", {}).items()}
    required = {name: strategy for name, strategy in properties.items() if name in schema.get("required", ())}
    return st.fixed_dictionaries(required, optional={k: v for k, v in properties.items() if k not in required})


def _damaged(value: Any, damages: list[tuple[int, str, Any]]) -> Any:
    for where, how, nasty in damages:
        value = damage(value, where, how, nasty)
    return value


def damage(value: Any, where: int, how: str, nasty: Any) -> Any:
    """Return the value with its place number ``where`` (counted round and round) replaced, removed or repeated."""
    found = places(value)
    path = found[where % len(found)]
    return _changed(value, path, how, nasty)


def places(value: Any) -> list[tuple[Any, ...]]:
    """Return the way to each place of a value, the whole first."""
    inner: list[tuple[Any, ...]] = [()]
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value[:20])
        inner += [(name, *rest) for name, one in items for rest in places(one)]
    return inner[:400]


def _changed(value: Any, path: tuple[Any, ...], how: str, nasty: Any) -> Any:
    if not path:
        return nasty
    name, *rest = path
    copy = dict(value) if isinstance(value, dict) else list(value)
    if rest or how == "replace":
        copy[name] = _changed(copy[name], tuple(rest), how, nasty)
    elif how == "remove":
        del copy[name]
    elif isinstance(copy, list):
        copy.append(copy[name])
    else:
        copy[f"{name}2"] = copy[name]
    return copy
