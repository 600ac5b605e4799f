"""Surveys: the words of the letter that asks, and the figures of what was answered.

Pure. Knows no ticket but its number, and nothing a customer wrote; does not know letters or the database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from store.rules.votes import SCORES, Survey

OFFERED = {2: (5, 1), 3: (5, 3, 1), 4: (5, 4, 2, 1), 5: (5, 4, 3, 2, 1)}
"""How many answers a letter offers to which scores these are, best first."""

SATISFIED = 4
"""CSAT counts the share of this score and better."""
PROMOTER, DETRACTOR = 9, 6
"""NPS is the share of promoters (this and more) less that of detractors (this and less)."""

_LABELS = {5: "very good", 4: "good", 3: "neither good nor bad", 2: "bad", 1: "very bad"}
_ASKED = {
    Survey.CSAT: "How good was the help you got?",
    Survey.NPS: "How likely are you to recommend us, from 0 (not at all) to 10 (very likely)?",
}

BANDS = {
    "csat": (70.0, 85.0),
    "nps": (20.0, 60.0),
    "rate": (15.0, 40.0),
}
"""Below the first a figure is low, above the second high, between them usual for a support desk."""


def offered(survey: Survey, answers: int) -> Sequence[int]:
    """The scores a letter offers; NPS always offers all eleven."""
    return OFFERED[answers] if survey is Survey.CSAT else tuple(reversed(SCORES[survey]))


def subject(number: int | None) -> str:
    return f"How did we do? (your request {_named(number)})"


def letter(survey: Survey, number: int | None, links: Mapping[int, str], *, above: str = "") -> str:
    """The text that asks; `links` are the addresses of the answers by score, `above` a desk's own words."""
    begin = above or f"Your request {_named(number)} is solved. {_ASKED[survey]}"
    lines = [
        begin,
        "",
        "Choose an answer: a letter to us opens. Send it as it is, or add a word.",
        "",
    ]
    for score, address in links.items():
        said = f"{score} {_LABELS[score]}" if survey is Survey.CSAT else str(score)
        lines += [f"{said}:", address, ""]
    lines += ["Without an answer nothing happens; you will not be asked again about this request."]
    return "\n".join(lines) + "\n"


def _named(number: int | None) -> str:
    return f"#{number}" if number is not None else "to us"


class Figures(Struct, frozen=True):
    """What was asked and answered: the last vote of each person counts."""

    survey: Survey
    asked: int
    """Letters that left."""
    scores: tuple[int, ...] = ()
    """One for each ticket its customer answered about."""
    unverified: tuple[int, ...] = ()
    """Votes by others than the customer, or that nobody vouches for. They count nowhere else."""

    @property
    def score(self) -> float | None:
        """CSAT: percent satisfied; NPS: percent promoters less percent detractors, from -100 to 100.

        None without an answer.
        """
        if not self.scores:
            return None
        if self.survey is Survey.CSAT:
            return 100 * sum(one >= SATISFIED for one in self.scores) / len(self.scores)
        ups, downs = (
            sum(one >= PROMOTER for one in self.scores),
            sum(one <= DETRACTOR for one in self.scores),
        )
        return 100 * (ups - downs) / len(self.scores)

    @property
    def mean(self) -> float | None:
        return sum(self.scores) / len(self.scores) if self.scores else None

    @property
    def rate(self) -> float | None:
        """Percent of the letters that were answered; None when none left."""
        return 100 * len(self.scores) / self.asked if self.asked else None


def band(figure: float, name: str) -> str:
    """`low`, `usual` or `high`, for `csat`, `nps` or `rate`."""
    low, high = BANDS[name]
    return "low" if figure < low else "high" if figure > high else "usual"
