"""A ticket and its conversation as they were at a moment: rows folded from the log, as the nouns again.

Pure but for the one read. What is derived on this machine (due times, numbers) has no past and is left out.
"""

from __future__ import annotations

from deskterm.desk import Desk
from store.errors import NotFound
from store.log import history
from store.log.project import Row
from store.model import Bucket, Message, Status, Ticket
from store.reads import conversation
from store.reads.tickets import score, status_of

_FIELDS = (
    "id", "ticket", "kind", "author", "date", "subject", "sender", "rcpt", "msgid", "refs", "snippet", "body",
    "folds", "files", "signals", "why",
)  # fmt: skip


def ticket(desk: Desk, now: Ticket, at: int) -> tuple[Ticket, list[Message]]:
    """The ticket `now` as it was at the Unix second `at`, its messages oldest first. Raises NotFound."""
    return _told(now, history.ticket_as_of(desk.conn, now.id, at))


def after(desk: Desk, now: Ticket, entry: int) -> tuple[Ticket, list[Message]]:
    """The ticket `now` as an entry of the log left it, its messages oldest first. Raises NotFound."""
    return _told(now, history.ticket_after(desk.conn, now.id, entry))


def _told(now: Ticket, found: history.Snapshot | None) -> tuple[Ticket, list[Message]]:
    if found is None:
        raise NotFound(f"#{now.number} did not exist yet then; it began later.")
    row, messages = found
    return of_row(now, row), [_message(one) for one in messages]


def of_row(now: Ticket, row: Row) -> Ticket:
    """The ticket `now` with what stood in its row at another time."""
    status = status_of(row.get("status"))
    snooze = _whole(row, "snooze_until")
    return Ticket(
        id=now.id, number=now.number, subject=_text(row, "subject"), status=status,
        priority=_whole(row, "priority") or 4, created=_whole(row, "created") or now.created,
        updated=_whole(row, "created") or now.created, bucket=_bucket(row, status, snooze),
        type=_text(row, "type"), channel=_text(row, "channel"), brand=_text(row, "brand"),
        customer=_text(row, "customer"), assignee=_text(row, "assignee"), group=_text(row, "grp"),
        snooze_until=snooze, merged_into=_text(row, "merged_into"), archive=_whole(row, "archive"),
        csat=score(row.get("csat")),
        unread=row.get("unread") is not None,
        tags=tuple(sorted(f[4:] for f, value in row.items() if f.startswith("tag.") and value is not None)),
    )  # fmt: skip


def _bucket(row: Row, status: Status, snooze: int | None) -> Bucket:
    """The same order of precedence as the column of the table has."""
    if row.get("_deleted") is not None:
        return Bucket.BIN
    if status is Status.SPAM:
        return Bucket.SPAM
    if row.get("merged_into") is not None or status in (Status.SOLVED, Status.CLOSED):
        return Bucket.DONE
    if snooze is not None:
        return Bucket.SNOOZED
    return Bucket.WAITING if status in (Status.WAITING, Status.HOLD) else Bucket.ACTIVE


def _message(row: Row) -> Message:
    return conversation.of_row((*(row.get(field) for field in _FIELDS), row.get("auto") is not None))


def _text(row: Row, field: str) -> str:
    return str(row.get(field) or "")


def _whole(row: Row, field: str) -> int | None:
    value = row.get(field)
    return value if isinstance(value, int) else None
