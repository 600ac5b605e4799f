"""Who gets a ticket: whatever the route and the team, the answer is fair, fit and the same everywhere."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from store.errors import DocError
from store.rules.routing import Agent, Asked, Route, Way, choose, read_route

names = st.sampled_from(("Ana", "Ben", "Cem", "Dia", "Eva"))
sets = st.frozensets(st.sampled_from(("a", "b", "de")), max_size=2)
agents = st.lists(
    st.builds(
        Agent, names, sets, sets, sets, st.booleans(), st.booleans(), st.integers(0, 9), st.integers(0, 9)
    ),
    max_size=5, unique_by=lambda agent: agent.name,
)  # fmt: skip
routes = st.builds(
    Route, st.sampled_from(Way), sets.map(tuple), sets.map(tuple), st.sampled_from(("", "auto", "de")),
    st.booleans(), st.booleans(), st.booleans(),
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 9)), max_size=2).map(tuple),
)  # fmt: skip
askeds = st.builds(Asked, st.integers(0, 12), st.sampled_from(("", "de", "fr")), names)


@given(routes, agents, askeds, st.randoms(use_true_random=False))
def test_the_answer_does_not_depend_on_the_order_people_are_listed_in(
    route: Route, team: list[Agent], asked: Asked, chance: random.Random
) -> None:
    shuffled = list(team)
    chance.shuffle(shuffled)
    assert choose(route, team, asked) == choose(route, shuffled, asked)


@given(routes, agents, askeds)
def test_whoever_gets_it_is_here_and_can_do_it(route: Route, team: list[Agent], asked: Asked) -> None:
    found = choose(route, team, asked)
    assert found.why
    if found.name:
        (who,) = [agent for agent in team if agent.name == found.name]
        groups = {*route.groups, *(group for group, age in route.overflow if asked.age >= age)}
        assert who.here and who.skills >= set(route.skills)
        assert not groups or groups & who.groups
        assert who.senior or not route.senior


def test_tickets_go_round() -> None:
    team = [Agent("Ana"), Agent("Ben"), Agent("Cem", here=False)]
    given_: list[str] = []
    for moment in range(1, 7):
        name = choose(read_route("turn"), team, Asked()).name
        given_.append(name)
        team = [replace(agent, given=moment) if agent.name == name else agent for agent in team]
    assert given_ == ["Ana", "Ben"] * 3


def test_somebody_who_returns_is_asked_first() -> None:
    team = [Agent("Ana", given=50), Agent("Ben", given=60), Agent("Cem", given=10)]
    assert choose(read_route("turn"), team, Asked()).name == "Cem"


def test_the_least_loaded_gets_it_and_an_equal_load_goes_round() -> None:
    team = [Agent("Ana", load=9), Agent("Ben", load=2, given=5), Agent("Cem", load=2, given=1)]
    assert choose(read_route("load"), team, Asked()).name == "Cem"


def test_a_queue_that_is_old_overflows_to_another_group() -> None:
    team = [Agent("Ana", frozenset({"billing"}), here=False), Agent("Ben", frozenset({"team"}))]
    route = read_route("turn group:billing overflow:team>4h")
    assert choose(route, team, Asked(age=3600)).name == ""
    assert choose(route, team, Asked(age=4 * 3600)).name == "Ben"


def test_a_language_nobody_speaks_is_given_to_nobody() -> None:
    team = [Agent("Ana", languages=frozenset({"en"})), Agent("Ben", languages=frozenset({"de", "en"}))]
    route = read_route("turn lang:auto")
    assert choose(route, team, Asked(language="de")).name == "Ben"
    assert choose(route, team, Asked(language="fr")).name == ""
    assert choose(route, team, Asked()).name == "Ana"
    guessed = choose(route, team, Asked(language="de", sure=0.934))
    assert guessed.why == "it is their turn among 1; the language is de (93% sure)"
    assert choose(route, team, Asked()).why.endswith("; the language cannot be told")


def test_whoever_answered_before_keeps_the_customer_while_here() -> None:
    team = [Agent("Ana"), Agent("Ben", given=9)]
    assert choose(read_route("turn keep"), team, Asked(last="Ben")).name == "Ben"
    away = [Agent("Ana"), Agent("Ben", here=False)]
    assert choose(read_route("turn keep"), away, Asked(last="Ben")).name == "Ana"


def test_a_route_that_means_nothing_is_refused() -> None:
    for text in ("round", "group:", "overflow:team", "overflow:team>soon"):
        with pytest.raises(DocError):
            read_route(text)
