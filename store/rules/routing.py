"""Who gets a ticket: the same people, tickets and past give the same answer on every machine.

Pure. Knows agents, what they can do and how much they have; does not know where a ticket comes from
or how one is assigned.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from store.errors import DocError

WEIGHTS: Mapping[int, int] = {1: 8, 2: 4, 3: 2, 4: 1}
"""What an open ticket of each priority adds to somebody's load."""

_WORD = re.compile(r"(group|skill|lang|tier|overflow):(\S+)")
_SPAN = re.compile(r"(.+)>(\d{1,3})([mhd])")
_SECONDS = {"m": 60, "h": 3600, "d": 86_400}


class Way(StrEnum):
    """How one of several is chosen."""

    TURN = "turn"
    """Round robin: whoever was given a ticket longest ago."""
    LOAD = "load"
    """Whoever has the least open work, by weight of priority."""


class Agent(Struct, frozen=True):
    """Somebody a ticket can be given to."""

    name: str
    groups: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    senior: bool = False
    here: bool = True
    """Marked present, and in working hours where they have their own."""
    load: int = 0
    """Weighted open tickets."""
    given: int = 0
    """When a ticket was last given to them, Unix seconds; 0 for never."""


class Route(Struct, frozen=True):
    """The words of a rule's `route`, read."""

    way: Way = Way.TURN
    groups: tuple[str, ...] = ()
    """One of these; empty for anybody."""
    skills: tuple[str, ...] = ()
    """All of these."""
    language: str = ""
    """A code, or `auto` for the language of the letter."""
    senior: bool = False
    keep: bool = False
    """Whoever last answered this customer gets it, where they are here."""
    again: bool = False
    """A ticket that somebody has already is given on; else it stays with them."""
    overflow: tuple[tuple[str, int], ...] = ()
    """Groups asked as well once the ticket is that many seconds old."""


class Asked(Struct, frozen=True):
    """The ticket a place is sought for."""

    age: int = 0
    """Seconds since it began."""
    language: str = ""
    last: str = ""
    """Who last answered this customer."""
    sure: float = 0.0
    """Of a language that was guessed: how sure, 0 to 1."""


class Found(Struct, frozen=True):
    """Who gets it, empty for nobody; and why."""

    name: str
    why: str


def read_route(text: str) -> Route:
    """A route from words such as `load group:billing skill:refund overflow:team>4h`. Raises DocError."""
    way = Way.TURN
    said: set[str] = set()
    parts: dict[str, list[str]] = {"group": [], "skill": [], "lang": [], "tier": [], "overflow": []}
    for word in text.split():
        named = _WORD.fullmatch(word)
        if named:
            parts[named[1]].append(named[2].lower())
        elif word in tuple(Way):
            way = Way(word)
        elif word in ("senior", "keep", "again"):
            said.add(word)
        else:
            raise DocError(
                f'"{word[:40]}" is no way to route; there are turn, load, senior, keep, again, group:NAME,'
                " skill:NAME, lang:auto, tier:1 and overflow:GROUP>4h."
            )
    groups = (*parts["group"], *(f"tier{number}" for number in parts["tier"]))
    overflow = tuple(_overflow(word) for word in parts["overflow"])
    return Route(
        way, groups, tuple(parts["skill"]), "".join(parts["lang"][-1:]), senior="senior" in said,
        keep="keep" in said, again="again" in said, overflow=overflow,
    )  # fmt: skip


def _overflow(word: str) -> tuple[str, int]:
    found = _SPAN.fullmatch(word)
    if not found:
        raise DocError(f'overflow needs a group and an age, as in overflow:team>4h, not "{word[:40]}".')
    return found[1], int(found[2]) * _SECONDS[found[3]]


def choose(route: Route, agents: Sequence[Agent], asked: Asked) -> Found:
    """Who gets the ticket. Somebody whose language or skill is missing is passed over, never overridden."""
    found = _chosen(route, agents, asked)
    return Found(found.name, f"{found.why}{_guessed(route, asked)}")


def _guessed(route: Route, asked: Asked) -> str:
    if route.language != "auto":
        return ""
    if not asked.language:
        return "; the language cannot be told"
    return f"; the language is {asked.language} ({asked.sure:.0%} sure)"


def _chosen(route: Route, agents: Sequence[Agent], asked: Asked) -> Found:
    groups = {*route.groups, *(group for group, age in route.overflow if asked.age >= age)}
    fits = [agent for agent in agents if _fits(agent, route, groups, asked)]
    here = [agent for agent in fits if agent.here]
    if not here:
        return Found("", "nobody it is for is here" if fits else "it is for nobody on the team")
    if route.keep and asked.last in [agent.name for agent in here]:
        return Found(asked.last, "answered this customer before")
    turn = {agent.name: (agent.given, agent.name.lower(), agent.name) for agent in here}
    if route.way is Way.LOAD:
        best = min(here, key=lambda agent: (agent.load, turn[agent.name]))
        return Found(best.name, f"has the least open work ({best.load}) of {len(here)}")
    best = min(here, key=lambda agent: turn[agent.name])
    return Found(best.name, f"it is their turn among {len(here)}")


def _fits(agent: Agent, route: Route, groups: set[str], asked: Asked) -> bool:
    wanted = asked.language if route.language == "auto" else route.language
    return (
        (not groups or not groups.isdisjoint(agent.groups))
        and agent.skills.issuperset(route.skills)
        and (not wanted or not agent.languages or wanted in agent.languages)
        and (agent.senior or not route.senior)
    )
