"""Brakes: whatever writes at the desk, it sends a handful of letters by itself and no more."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from store.errors import DocError
from store.rules.brakes import (
    DAY,
    HOUR,
    STANDARD,
    Letter,
    Rations,
    brake,
    domain_of,
    person,
    read_rations,
    words_of,
)

NOW = 1_790_000_000
ANN = Letter(NOW, "ack", "ann@shop.example", "t1", "Broken export")


def run(wanted: list[Letter], rations: Rations = Rations()) -> list[Letter]:  # noqa: B008 - frozen
    """What leaves of these, each asked in turn."""
    sent: list[Letter] = []
    for one in wanted:
        if brake(one, [was for was in sent if was.at > one.at - DAY], rations) is None:
            sent.append(one)
    return sent


def test_one_of_a_kind_a_day_to_one_address_whatever_follows_its_plus() -> None:
    later = replace(ANN, at=NOW + 1, address="Ann+robot7@SHOP.example", ticket="t2", subject="other")
    found = brake(later, [ANN], Rations())
    assert found is not None and (found.name, found.until) == ("same_day", NOW + DAY)
    assert "to this address within a day" in str(found) and "(same_day)" in str(found)
    assert brake(replace(later, at=NOW + DAY), [ANN], Rations()) is None
    assert brake(replace(later, kind="rule"), [ANN], Rations()) is None


def test_a_responder_that_changes_its_address_gets_three() -> None:
    storm = [
        Letter(NOW + n, "ack", f"robot{n}@mx{n}.shop.example", f"t{n}", f"Re: [Auto {n}] Away")
        for n in range(50)
    ]
    assert len(run(storm)) == 3


def test_a_domain_and_the_desk_have_their_rations() -> None:
    domain = [Letter(NOW + n, "ack", f"p{n}@shop.example", f"t{n}", "a" * n) for n in range(26)]
    assert len(run(domain)) == 20
    desk = [Letter(NOW, "ack", f"p@d{n}.example", f"t{n}", f"s{n}") for n in range(250)]
    assert len(run(desk)) == 200
    assert len(run([Letter(NOW + n, f"rule{n}", f"p@d{n}.example", "t1") for n in range(9)])) == 3


def test_one_of_us_hears_of_a_bad_morning_but_not_without_end() -> None:
    told = [Letter(NOW + n, f"tell t{n} d1", "lead@desk.example", f"t{n}", "Down") for n in range(30)]
    assert len(run(told)) == 12 and len(run(told, Rations(team_hour=2))) == 2
    again = [Letter(NOW + n, f"tell t1 d{n % 5}", "lead@desk.example", "t1") for n in range(30)]
    assert [one.kind for one in run(again)] == ["tell t1 d0", "tell t1 d1", "tell t1 d2"]
    assert len(run([*told, replace(ANN, at=NOW + 40, address="lead@desk.example")])) == 12


def test_a_ration_of_zero_stops_all_and_says_so() -> None:
    found = brake(ANN, [], Rations(desk_hour=0))
    assert found is not None and found.until == 0 and "is 0" in str(found)


@given(st.integers(0, 2**32))
def test_no_storm_of_any_shape_gets_more_than_its_rations(seed: int) -> None:
    chance = random.Random(seed)
    rations = Rations(desk_hour=12, domain_hour=6)
    at, storm = NOW, []
    for n in range(120):
        at += chance.choice((0, 1, 60, 900, 4000))
        storm.append(
            Letter(
                at, chance.choice(("ack", "rule")), f"p{chance.randrange(5)}@d{chance.randrange(3)}.example",
                f"t{chance.randrange(9)}", chance.choice(("away", "help", f"x{n}")),
            )
        )  # fmt: skip
    sent = run(storm, rations)
    for one in sent:
        day = [was for was in sent if one.at - DAY < was.at <= one.at]
        hour = [was for was in day if was.at > one.at - HOUR]
        assert sum(w.kind == one.kind and person(w.address) == person(one.address) for w in day) <= 1
        assert sum(w.ticket == one.ticket for w in hour) <= 3 and len(hour) <= 12
        assert sum(domain_of(w.address) == domain_of(one.address) for w in hour) <= 6


def test_a_clock_that_was_set_back_frees_nothing() -> None:
    assert brake(replace(ANN, at=NOW - 5 * DAY), [ANN], Rations()) is not None


@pytest.mark.parametrize(
    ("address", "domain"),
    [("a@mx7.shop.example", "shop.example"), ("a@b.shop.co.uk", "shop.co.uk"), ("a@x.de", "x.de"),
     ("a@www.abc.de", "www.abc.de"), ("nobody", "nobody")],
)  # fmt: skip
def test_a_domain_is_what_somebody_registered(address: str, domain: str) -> None:
    assert domain_of(address) == domain


def test_subjects_are_compared_without_numbers() -> None:
    assert words_of("[#12] Away until 3.1.") == words_of("[#99] away until 4.1")


def test_the_standard_doc_is_the_standard_and_mistakes_are_shown_in_place() -> None:
    assert read_rations(STANDARD) == Rations() == read_rations("")
    for text in ("desk_hour = -1", "desk_hour = true", 'desk_hour = "9"', "desk_hour = 10001"):
        with pytest.raises(DocError, match="desk_hour has to be a whole number"):
            read_rations(text)
    with pytest.raises(DocError, match="did you mean desk_hour"):
        read_rations("desk_hours = 1")
