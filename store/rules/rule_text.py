"""The text form of a rule: when it looks, what it asks, what it does.

Pure. Knows the fields of a rule and what is wrong with them; does not know what has happened on the
desk or how an act gets there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from store.errors import DocError, QueryError
from store.rules import macros, template
from store.rules.doctext import Doc, Section
from store.rules.fields import TAG
from store.rules.macro_text import SPAN, Macro, acts_of
from store.rules.query import Node, Term, leaves, parse
from store.rules.routing import read_route
from store.rules.surveys import OFFERED
from store.rules.votes import Survey

SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}
TOP = (
    "when",
    "match",
    "fields",
    "follows",
    "for",
    "since",
    "open_hours",
    "in_hours",
    "unverified",
    "stop",
    "do",
)
DO = (
    "status", "priority", "type", "assignee", "group", "tags", "snooze", "reply", "subject", "note", "macro",
    "route", "notify", "hold", "survey", "answers",
)  # fmt: skip
SET = {
    "status": "status", "priority": "priority", "type": "type", "assignee": "assignee", "group": "grp",
    "tag": "tag", "subject": "subject", "customer": "customer", "brand": "brand", "snooze": "snooze_until",
}  # fmt: skip
"""What a changed rule can look at, and what the log calls it."""

MOMENTS = ("created", "updated", "last_in", "last_out", "due", "warn", "status", "assignee")
"""What a waiting rule can count from, besides `tag:NAME`."""


class When(StrEnum):
    """What a rule looks at."""

    RECEIVED = "received"
    """A letter came in."""
    CREATED = "created"
    """A ticket began, by a letter or by hand."""
    REPLIED = "replied"
    """A colleague's letter was put on its way."""
    CHANGED = "changed"
    """A field of a ticket was set."""
    WAITED = "waited"
    """A while went by."""


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    when: When
    match: str = ""
    """A query; empty holds for every ticket."""
    tree: Node | None = field(default=None, compare=False, repr=False)
    """The query, parsed."""
    fields: tuple[str, ...] = ()
    """Of `changed`: which fields, as the log calls them; empty for any."""
    follows: tuple[str, ...] = ()
    """Rules whose acts this one looks at too. Acts of other rules are never looked at."""
    wait: int = 0
    """Of `waited`: seconds that have to go by."""
    since: str = "updated"
    """Of `waited`: the moment they are counted from."""
    open_hours: bool = False
    """Of `waited`: only open time counts."""
    in_hours: bool = False
    """Of `waited`: it acts only while the desk is open, on a P1 ticket at any hour."""
    unverified: bool = False
    """It also acts on letters whose sender nobody vouches for."""
    stop: bool = False
    """Where it acts, the rules after it do not look."""
    do: Macro = field(default_factory=lambda: Macro(""))
    subject: str = ""
    """Of the letter it writes; empty for one that names the ticket by its number."""
    macro: str = ""
    """A macro to run besides, by name."""
    route: str = ""
    """How somebody is found to assign to."""
    notify: tuple[str, ...] = ()
    """Who is told: addresses or roles."""
    hold: bool = False
    """Letters of the ticket that wait to leave are held."""
    survey: Survey | None = None
    """What the ticket's customer is asked once it is solved; the reply then stands above the answers."""
    answers: int = max(OFFERED)
    """Of `csat`: how many answers the letter offers."""


def read_rule(text: str, *, name: str) -> Rule:
    """The rule called `name`, from its text. Raises DocError with line and column."""
    doc = Doc(text)
    top, do = Section(doc), Section(doc, "do")
    top.known(TOP)
    do.known(DO)
    when = top.one_of("when", tuple(When))
    if not when:
        raise top.wrong(f'A rule needs when = "...", one of: {", ".join(When)}.', "when")
    match = top.text("match").strip()
    asks = do.one_of("survey", tuple(Survey))
    rule = Rule(
        name=name, when=When(when), match=match, tree=_tree(top, match), fields=_fields(top),
        follows=top.words("follows"), wait=_wait(top), since=_since(top),
        open_hours=top.yes("open_hours"), in_hours=top.yes("in_hours"), unverified=top.yes("unverified"),
        stop=top.yes("stop"), do=acts_of(do), subject=do.text("subject").strip(),
        macro=do.text("macro").strip(), route=do.text("route").strip(),
        notify=do.words("notify"), hold=do.yes("hold"),
        survey=Survey(asks) if asks else None, answers=_answers(do, asks),
    )  # fmt: skip
    _fits(top, do, rule)
    return rule


def _tree(top: Section, match: str) -> Node | None:
    if not match:
        return None
    try:
        tree = parse(match)
    except QueryError as error:
        raise top.wrong(f"match: {error}", "match") from None
    for leaf in leaves(tree):
        if isinstance(leaf, Term) and ("me" in leaf.values or "mine" in leaf.values):
            raise top.wrong("A rule has no me: it acts for the whole desk. Name the agent.", "match")
    return tree


def _fields(top: Section) -> tuple[str, ...]:
    names = top.words("fields")
    for name in names:
        if name not in SET:
            raise top.wrong(f'fields cannot hold "{name[:40]}"; there are: {", ".join(SET)}.', "fields")
    return tuple(SET[name] for name in names)


def _wait(top: Section) -> int:
    text = top.text("for").strip()
    span = SPAN.fullmatch(text)
    if text and span is None:
        raise top.wrong('for has to be a span such as "30m", "4h", "7d" or "2w".', "for")
    return int(span[1]) * SECONDS[span[2]] if span else 0


def _since(top: Section) -> str:
    text = top.text("since").strip() or "updated"
    tag = text.removeprefix("tag:")
    if text not in MOMENTS and not (text.startswith("tag:") and TAG.fullmatch(tag)):
        raise top.wrong(f"since can be {', '.join(MOMENTS)}, or tag:NAME.", "since")
    return text


def _answers(do: Section, asks: str) -> int:
    """How many answers a survey offers. Raises DocError."""
    value = do.table.get("answers", max(OFFERED))
    if isinstance(value, bool) or not isinstance(value, int) or value not in OFFERED:
        raise do.wrong(f"answers has to be a number from {min(OFFERED)} to {max(OFFERED)}.", "answers")
    if "answers" in do.table and asks != Survey.CSAT:
        raise do.wrong(f'answers goes with survey = "{Survey.CSAT}" alone; nps has eleven.', "answers")
    return value


def _fits(top: Section, do: Section, rule: Rule) -> None:
    """Raises DocError where parts of the rule do not go together."""
    waits = [key for key in ("for", "since", "open_hours", "in_hours") if key in top.table]
    if rule.when is not When.WAITED and waits:
        raise top.wrong(f'{waits[0]} goes with when = "{When.WAITED}" alone.', waits[0])
    if rule.when is When.WAITED and "for" not in top.table:
        raise top.wrong('A waiting rule needs a span, as in for = "7d".', "when")
    if rule.fields and rule.when is not When.CHANGED:
        raise top.wrong(f'fields goes with when = "{When.CHANGED}" alone.', "fields")
    if rule.do.assignee == "me":
        raise do.wrong("A rule has no me; name the agent, or say how to route.", "assignee")
    if rule.route and rule.do.assignee is not None:
        raise do.wrong("A rule either names the assignee or routes, not both.", "route")
    try:
        read_route(rule.route)
    except DocError as error:
        raise do.wrong(str(error), "route") from None
    _filled(do, rule)
    if rule.when in (When.RECEIVED, When.CREATED) or rule.survey:
        _no_strangers_words(do, rule)
    if not does_something(rule):
        raise top.wrong("The rule does nothing; say in [do] what is to be done.", "do")


def _filled(do: Section, rule: Rule) -> None:
    """Raises DocError at the first placeholder that could not be filled."""
    for name, words in (("reply", rule.do.reply), ("note", rule.do.note), ("subject", rule.subject)):
        place = do.wrong("", name)
        for wrong in macros.mistakes((words,), do.doc.text, (place.line, place.column)):
            raise wrong
        asked = next((s.ask for s in template.read(words) if isinstance(s, template.Slot) and s.ask), "")
        if asked:
            raise do.wrong(f"A rule runs by itself and can ask nobody for {asked}; give a default.", name)


def _no_strangers_words(do: Section, rule: Rule) -> None:
    """An answer to a letter as it comes in may go to somebody whose address was forged, and a survey goes
    to many: they say nothing that a letter's writer could choose."""
    for slot in template.read(f"{rule.do.reply}\n{rule.subject}"):
        if isinstance(slot, template.Slot) and slot.name and slot.name not in _OURS:
            raise do.wrong(
                f"An automatic answer to a letter cannot hold {slot.name}: whoever wrote the letter chose it,"
                f" and a forged sender would get it. It can hold {', '.join(sorted(_OURS))}.",
                "reply",
            )


_OURS = frozenset({"ticket.number", "agent.name", "agent.first_name", "agent.email"})


def does_something(rule: Rule) -> bool:
    """Whether anything at all follows from it."""
    return bool(rule.macro or rule.route or rule.notify or rule.hold or rule.survey or rule.do != Macro(""))


def example() -> str:
    """What a new rule begins with."""
    return (
        '# When: received, created, replied, changed or waited (with for = "7d" and since = "last_out").\n'
        'when = "received"\nmatch = "refund OR chargeback"\n\n[do]\ntags = ["refund"]\n'
    )
