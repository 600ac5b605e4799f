"""The docs people may write: their kinds, what a new one begins with, and whether a text is a good one.

Pure. The screen and the shell ask here before a text is kept.
"""

from __future__ import annotations

from store.errors import DocError
from store.reads import queues
from store.rules import acks, alerts, brakes, checklists, macros, rule_text
from store.rules.calendars import office, read_calendar
from store.rules.doctext import quoted
from store.rules.policies import STANDARD, read_policy
from store.rules.rule_text import read_rule

KINDS = {
    "macro": ".md", "queue": ".toml", "hours": ".toml", "policy": ".toml", "rule": ".toml", "ack": ".toml",
    "alert": ".toml", "brakes": ".toml", "recurring": ".toml", "checklist": ".toml",
}  # fmt: skip
"""Kind to the ending its files have."""


def example(kind: str, name: str) -> str:
    """What a new doc of this kind begins with."""
    match kind:
        case "macro":
            reply = 'Hello {{ customer.first_name | default: "there" }},\n\n'
            return f'+++\nname = {quoted(name)}\nstatus = "waiting"\ntags = []\n+++\n{reply}'
        case "queue":
            return 'query = "is:open tag:refund"\nsort = "sla"\n'
        case "hours":
            return office()
        case "policy":
            return STANDARD
        case "ack":
            return acks.EXAMPLE
        case "alert":
            return alerts.EXAMPLE
        case "brakes":
            return brakes.STANDARD
        case "recurring":
            from store.rules import recurring

            return recurring.EXAMPLE
        case "checklist":
            return checklists.EXAMPLE
        case _:
            return rule_text.example()


def check(kind: str, name: str, text: str) -> None:
    """Raises DocError, pointing at the first mistake."""
    match kind:
        case "macro":
            _macro(name, text)
        case "queue":
            queues.read(text)
        case "hours":
            read_calendar(text)
        case "policy":
            read_policy(text)
        case "ack":
            acks.read_ack(text, name=name)
        case "alert":
            alerts.read_alerts(text, name=name)
        case "brakes":
            brakes.read_rations(text)
        case "recurring":
            from store.rules import recurring

            recurring.read_recurring(text)
        case "checklist":
            checklists.read_checklist(text)
        case _:
            read_rule(text, name=name)


def _macro(name: str, text: str) -> None:
    macro = macros.parse(text)
    if macro.name.lower() != name.lower():
        raise DocError(f'The macro is called "{name}", and the text says name = {quoted(macro.name)}.', 2)
    for wrong in macros.lint(macro):
        raise wrong
