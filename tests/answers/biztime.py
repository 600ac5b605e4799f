"""Answers the biztime cases through store.rules.hours. Knows the collection's way to write calendars
and moments, which the sla cases share; knows nothing of time zones itself.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from store.rules.hours import Calendar, Hours, Spans

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def answer(case: dict[str, Any], root: Path) -> dict[str, Any]:
    """`{"result": ...}` for one case; `root` is unused, the case holds everything."""
    hours = Hours(calendar(case["calendar"]))
    return {"result": OPERATIONS[case["op"]](hours, case)}


OPERATIONS = {
    "add": lambda hours, case: text(hours.add(moment(case["at"]), case["seconds"])),
    "subtract": lambda hours, case: text(hours.subtract(moment(case["at"]), case["seconds"])),
    "next_open": lambda hours, case: text(hours.next_open(moment(case["at"]))),
    "within": lambda hours, case: hours.between(moment(case["from"]), moment(case["to"])),
    "is_open": lambda hours, case: hours.is_open(moment(case["at"])),
    "periods_after": lambda hours, case: pairs(hours.periods_after(moment(case["at"]), case["count"])),
    "periods_before": lambda hours, case: pairs(hours.periods_before(moment(case["at"]), case["count"])),
}


def calendar(given: dict[str, Any]) -> Calendar:
    return Calendar(
        zone=given["tz"],
        week=tuple(spans(given["hours"].get(day, [])) for day in DAYS),
        holidays={date.fromisoformat(day): "holiday" for day in given.get("holidays", [])},
        breaks={date.fromisoformat(day): spans(rows) for day, rows in given.get("breaks", {}).items()},
        shifts={date.fromisoformat(day): spans(rows) for day, rows in given.get("shifts", {}).items()},
    )


def spans(rows: list[list[str]]) -> Spans:
    return tuple((minutes(start), minutes(end)) for start, end in rows)


def minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def moment(stamp: str) -> int:
    return int(datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp())


def text(at: int | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def pairs(spans: list[tuple[int, int]]) -> list[list[str | None]]:
    return [[text(start), text(end)] for start, end in spans]
