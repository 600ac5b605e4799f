"""The verb about surveys: what was asked and answered, by month or by agent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo

import click

from deskterm import jsonl, moments
from deskterm.cli import say
from deskterm.cli.asking import json_option
from deskterm.cli.home import opened
from store.errors import NotFound
from store.reads import surveys
from store.reads.surveys import Question
from store.rules.surveys import Figures, band
from store.rules.votes import Survey


@click.command("survey")
@click.argument("which", type=click.Choice([one.value for one in Survey]), required=False)
@click.option("--since", default="365d", metavar="WHEN", help="Asked from when on; 365d if not said.")
@click.option("--by", type=click.Choice(["month", "agent"]), default="month", help="How it is parted.")
@json_option
def survey_verb(which: str | None, since: str, by: str, as_json: bool) -> None:
    """How satisfied customers are: CSAT and NPS, how many answered, votes nobody vouches for apart.

    CSAT is the percentage of answers 4 and 5; NPS that of 9 and 10 less that of 0 to 6. A vote counts in the
    month its customer was asked, for the agent who had the ticket then.
    """
    zone = moments.local()
    with opened() as desk:
        begin = moments.past(since, now=desk.now, zone=zone)

        def part(question: Question) -> str:
            return _month(question.at, zone) if by == "month" else question.agent or "nobody"

        found = [
            (survey, name, figures)
            for survey in ([Survey(which)] if which else list(Survey))
            for name, figures in surveys.figures(desk.conn, survey, since=begin, by=part)
            if figures.asked
        ]
        if not found:
            raise NotFound(
                f"Nobody was asked since {since}. A rule with survey asks;"
                ' `deskterm docs add day-one` has one, "Ask how we did".'
            )
        if as_json:
            for survey, name, figures in found:
                say.json_line(jsonl.survey(survey, figures, by=by, name=name))
        else:
            say.rows(tuple(_row(survey, name, figures)) for survey, name, figures in found)


def _month(moment: int, zone: tzinfo) -> str:
    return datetime.fromtimestamp(moment, zone).strftime("%Y-%m")


def _row(survey: Survey, name: str | None, of: Figures) -> Iterator[str]:
    yield survey.upper()
    yield "all" if name is None else name
    yield _score(survey, of)
    yield f"mean {of.mean:.1f}" if of.mean is not None else ""
    yield f"{len(of.scores):,} of {of.asked:,} answered"
    yield f"{of.rate:.0f} % ({band(of.rate, 'rate')})" if of.rate is not None else ""
    if of.unverified:
        yield f"{len(of.unverified):,} unverified, not counted"


def _score(survey: Survey, of: Figures) -> str:
    if of.score is None:
        return "no answer yet"
    figure = f"{of.score:.0f} %" if survey is Survey.CSAT else f"{of.score:+.0f}"
    return f"{figure} ({band(of.score, survey)})"
