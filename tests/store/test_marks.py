"""Reply marks prove one ticket to one person, and nothing else."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from store.log import ids
from store.rules import marks

SECRET = bytes(range(32))
rows = st.integers(0, 2**62).map(lambda n: ids.from_stamp("t", n))
people = st.from_regex(r"[a-z0-9.]{1,12}@[a-z0-9]{1,8}\.example", fullmatch=True)
secrets = st.binary(min_size=16, max_size=32)
MESSAGE = ids.from_stamp("m", 7)


@given(secrets, rows, st.lists(people, min_size=1, max_size=6, unique=True))
def test_a_mark_holds_for_whom_it_was_made(secret: bytes, ticket: str, to: list[str]) -> None:
    msgid = marks.message_id(secret, message=MESSAGE, ticket=ticket, people=to, domain="us.example")
    mark = marks.in_id(msgid)
    assert mark is not None and mark.ticket == ticket
    assert [mark.holds(secret, person) for person in to] == [n < marks.MOST for n in range(len(to))]
    assert mark.holds(secret, to[0].upper())
    assert len(msgid) < 140


@given(secrets, rows, rows, people, people)
def test_a_mark_never_holds_for_another_ticket_person_or_desk(
    secret: bytes, ticket: str, other: str, person: str, stranger: str
) -> None:
    assume(ticket != other and person != stranger)
    right = marks.tag(secret, ticket, person)
    assert not marks.Mark(ticket, (right,)).holds(secret, stranger)
    assert not marks.Mark(other, (right,)).holds(secret, person)
    assert not marks.Mark(ticket, (right,)).holds(secret + b"x", person)
    assert not marks.Mark(ticket, (right.upper(),)).holds(secret, person) or right.upper() == right
    assert not marks.Mark(ticket, (right[:-1],)).holds(secret, person)
    assert not marks.Mark(ticket, ()).holds(secret, person)
    assert not marks.Mark(ticket, (marks.tag(secret, ticket, ""),)).holds(secret, "")


@given(secrets, rows, people)
def test_a_plus_address_carries_the_mark_of_one_person(secret: bytes, ticket: str, person: str) -> None:
    address = marks.plus_address(secret, "help@us.example", ticket=ticket, person=person)
    mark = marks.in_address(address)
    assert mark is not None and mark.holds(secret, person)
    assert len(address.partition("@")[0]) <= marks.LONGEST_LOCAL


def test_what_is_too_long_or_not_ours_carries_nothing() -> None:
    ticket = ids.from_stamp("t", 1)
    assert marks.plus_address(SECRET, f"{'h' * 40}@us.example", ticket=ticket, person="a@x") == ""
    for text in ("", "a@x", f"{MESSAGE}@x", f"{MESSAGE}.{ticket}x@x", "m.t@x", f"help+{ticket}@x"):
        assert marks.in_id(text) is None and marks.in_address(text) is None


def test_tags_do_not_tell_the_secret_apart_from_ids() -> None:
    ticket = ids.from_stamp("t", 1)
    assert marks.tag(SECRET, ticket, "a@x") not in ids.from_letter(SECRET, "t", ticket, "a@x")
