"""A vote's token proves one answer of one person about one ticket, and the figures are those of the books."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from store.log import ids
from store.rules import marks, surveys, votes
from store.rules.surveys import Figures, band
from store.rules.votes import SCORES, Survey, Vote

rows = st.integers(0, 2**62).map(lambda n: ids.from_stamp("t", n))
people = st.from_regex(r"[a-z0-9.]{1,12}@[a-z0-9]{1,8}\.example", fullmatch=True)
secrets = st.binary(min_size=16, max_size=32)
answers = st.sampled_from([(survey, score) for survey in Survey for score in SCORES[survey]])


@given(secrets, rows, people, answers)
def test_a_vote_is_read_back_from_subject_and_address(
    secret: bytes, ticket: str, person: str, answer: tuple[Survey, int]
) -> None:
    word = votes.token(secret, *answer, ticket=ticket, person=person)
    for vote in (
        votes.read(f"My answer: {answer[1]} ({word})", ()),
        votes.read(word.upper(), ()),
        votes.read("My answer", ("other@x.example", f"help+{word}@us.example")),
    ):
        assert vote is not None and (vote.survey, vote.score, vote.ticket) == (*answer, ticket)
        assert vote.holds(secret, person) and vote.holds(secret, f" {person.upper()} ")


@given(secrets, rows, rows, people, people, answers, answers)
def test_a_vote_never_holds_for_another_ticket_person_score_or_desk(
    secret: bytes, ticket: str, other: str, person: str, stranger: str,
    answer: tuple[Survey, int], wanted: tuple[Survey, int],
) -> None:  # fmt: skip
    assume(ticket != other and person != stranger and answer != wanted)
    right = votes.tag(secret, *answer, ticket=ticket, person=person)
    assert Vote(*answer, ticket, right).holds(secret, person)
    assert not Vote(*answer, ticket, right).holds(secret, stranger)
    assert not Vote(*answer, other, right).holds(secret, person)
    assert not Vote(*wanted, ticket, right).holds(secret, person)
    assert not Vote(*answer, ticket, right).holds(secret + b"x", person)
    assert not Vote(*answer, ticket, marks.tag(secret, ticket, person)).holds(secret, person)
    empty = votes.tag(secret, *answer, ticket=ticket, person="")
    assert not Vote(*answer, ticket, empty).holds(secret, "")


@given(st.text(max_size=200))
def test_any_subject_can_be_read(text: str) -> None:
    assert votes.read(text, (text,)) is None


def test_scores_that_no_survey_offers_are_none() -> None:
    ticket, seal = ids.from_stamp("t", 1), "0" * 26
    for answer in ("csat.0", "csat.6", "csat.05", "nps.11", "nps.010", "stars.5"):
        assert votes.read(f"{answer}.{ticket}.{seal}", ()) is None


def test_a_long_address_takes_the_token_into_the_subject() -> None:
    made = votes.link(
        b"s" * 16, Survey.NPS, 10, ticket=ids.from_stamp("t", 1), person="a@x.example",
        own=f"{'h' * 30}@us.example", plus=True,
    )  # fmt: skip
    assert made.startswith(f"mailto:{'h' * 30}@us.example?subject=My%20answer%3A%2010%20%28nps.10.t")


def test_the_figures_are_those_computed_by_hand() -> None:
    csat = Figures(Survey.CSAT, asked=25, scores=(5, 5, 4, 3, 1), unverified=(1, 1))
    assert (csat.score, csat.mean, csat.rate) == (60.0, 3.6, 20.0)
    nps = Figures(Survey.NPS, asked=40, scores=(10, 9, 9, 9, 8, 7, 6, 0), unverified=(0,))
    assert (nps.score, nps.mean, nps.rate) == (25.0, 7.25, 20.0)
    nothing = Figures(Survey.CSAT, asked=0)
    assert (nothing.score, nothing.mean, nothing.rate) == (None, None, None)


@pytest.mark.parametrize(
    ("figure", "name", "said"),
    [
        (69.9, "csat", "low"),
        (70, "csat", "usual"),
        (85, "csat", "usual"),
        (85.1, "csat", "high"),
        (19, "nps", "low"),
        (61, "nps", "high"),
        (14, "rate", "low"),
        (25, "rate", "usual"),
        (41, "rate", "high"),
    ],
)
def test_figures_are_low_usual_or_high(figure: float, name: str, said: str) -> None:
    assert band(figure, name) == said


@pytest.mark.parametrize(("answers", "scores"), [(2, (5, 1)), (3, (5, 3, 1)), (5, (5, 4, 3, 2, 1))])
def test_a_letter_offers_few_answers_on_the_same_scale(answers: int, scores: tuple[int, ...]) -> None:
    assert surveys.offered(Survey.CSAT, answers) == scores
    text = surveys.letter(Survey.CSAT, 7, dict.fromkeys(scores, "mailto:x"), above="Hello.")
    assert text.startswith("Hello.\n") and text.count("mailto:x") == answers
