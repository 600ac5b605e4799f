"""What placeholders may name: a ticket, its customer, their account, the agent, as plain nested values.

Pure. The list `NAMES` and the values come from the same place, so that what `lint` allows is what a macro
finds; no behaviour and no object ever gets in here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from store.model import Account, Customer, Status, Ticket

_TITLES = frozenset({"dr", "prof", "mr", "mrs", "ms", "mx", "herr", "frau", "sr", "sra", "mme", "ing"})


def context(
    ticket: Ticket,
    customer: Customer | None,
    account: Account | None,
    agent: str,
    *,
    agent_email: str = "",
    now: int | None = None,
) -> Mapping[str, object]:
    """The values of one ticket for `macros.run`: text, numbers, Unix seconds, None for what is unknown."""
    company = _account(account)
    person = {**_customer(customer), "account": company}
    return {
        "ticket": {**_ticket(ticket), "customer": person, "account": company},
        "customer": person,
        "account": company,
        "agent": {"name": agent, "first_name": first_name(agent), "email": agent_email},
        "now": now,
    }


def _ticket(ticket: Ticket) -> dict[str, object]:
    return {
        "id": ticket.id,
        "number": ticket.number,
        "subject": ticket.subject,
        "status": ticket.status.value,
        "priority": ticket.priority,
        "type": ticket.type,
        "assignee": ticket.assignee,
        "group": ticket.group,
        "created": ticket.created,
        "updated": ticket.updated,
        "due": ticket.due_at,
        "tags": ", ".join(ticket.tags),
    }


def _customer(customer: Customer | None) -> dict[str, object]:
    customer = customer or Customer("", "")
    return {
        "name": customer.name,
        "first_name": first_name(customer.name),
        "email": customer.email,
        "phone": customer.phone,
    }


def _account(account: Account | None) -> dict[str, object]:
    account = account or Account("", "")
    return {
        "name": account.name,
        "domain": account.domain,
        "tier": account.tier,
        "arr": account.arr,
        "csm": account.csm,
        "renewal": account.renewal,
        "plan": account.plan,
    }


def first_name(name: str) -> str:
    """How to greet somebody: `Dana` of `Dana Reyes` or `Reyes, Dana`.

    Empty where guessing would be rude: an initial, an address, nothing at all. Names in Chinese, Japanese
    or Korean writing put the family first and are used whole.
    """
    family, comma, given = name.partition(",")
    words = (given if comma and given.strip() else family).split()
    while words and (words[0].rstrip(".").lower() in _TITLES):
        words.pop(0)
    if not words or "@" in name:
        return ""
    if any(_is_east_asian(letter) for letter in name):
        return " ".join(name.split())
    first = words[0].strip("\"'“”()[]")
    return first if re.fullmatch(r"[^\W\d_].*[^\W_]", first) and not first.endswith(".") else ""


def _is_east_asian(letter: str) -> bool:
    return letter.isalpha() and unicodedata.east_asian_width(letter) == "W"


def _names(values: Mapping[str, object], before: str = "") -> list[str]:
    found: list[str] = []
    for name, value in values.items():
        if isinstance(value, dict):
            found += _names(value, f"{before}{name}.")  # type: ignore[reportUnknownArgumentType]
        else:
            found.append(before + name)
    return found


def _all_names() -> tuple[str, ...]:
    return tuple(_names(context(Ticket("", None, "", Status.NEW, 3, 0, 0), None, None, "")))


NAMES = _all_names()
"""Every name a placeholder may use."""
