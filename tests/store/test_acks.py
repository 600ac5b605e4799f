"""Acknowledgements: who gets one, and words that are ours alone."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from store.errors import DocError
from store.rules.acks import EXAMPLE, Ack, Came, chosen, echoes, nobody_reads, read_ack, unfit, words
from store.rules.calendars import office, read_calendar
from store.rules.hours import Hours

US = frozenset({"help@desk.example"})
FINE = Came(
    sender=("ann@shop.example",), signals=frozenset(), automatic=False, first=True, named=US,
    elsewhere=False, answers_automatic=False, echo=False, age=60,
)  # fmt: skip
MONDAY_NOON, SATURDAY = 1_795_435_200, 1_795_262_400
"""2026-11-23 and 2026-11-21, 12:00 UTC."""


def test_a_first_letter_of_a_person_gets_one() -> None:
    assert unfit(FINE, own=US) == ""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"first": False}, "only a first letter"), ({"sender": ()}, "exactly one"),
        ({"sender": ("a@b.c", "d@e.f")}, "exactly one"),
        ({"sender": ("help@desk.example",)}, "from ourselves"),
        ({"signals": frozenset({"bounce"})}, "delivery"), ({"signals": frozenset({"list"})}, "mailing list"),
        ({"signals": frozenset({"auto"})}, "a program"), ({"automatic": True}, "a program"),
        ({"alarm": True}, "alert"), ({"signals": frozenset({"unverified"})}, "not verified"),
        ({"signals": frozenset({"claims"})}, "claims"), ({"sender": ("no-reply@x.example",)}, "nobody reads"),
        ({"elsewhere": True}, "another address"), ({"answers_automatic": True}, "by itself"),
        ({"echo": True}, "repeats"), ({"named": frozenset({"x@y.example"})}, "none of our addresses"),
        ({"age": 86_401}, "more than a day"),
    ],
)  # fmt: skip
def test_whatever_else_gets_none_and_the_reason(change: dict[str, object], said: str) -> None:
    assert said in unfit(replace(FINE, **change), own=US)


def test_addresses_nobody_reads_are_known_by_name() -> None:
    for local in ("noreply", "no-reply", "do_not_reply", "donotreply", "NoReply+abc", "bounces+ann=x",
                  "mailer-daemon", "postmaster", "list-owner", "owner-list", "announce-request",
                  "auto-confirm",
                  "shop.noreply",
                  "keine-antwort", "nao-responda"):  # fmt: skip
        assert nobody_reads(f"{local}@x.example"), local
    for local in ("ann", "norea.ply", "autumn", "info", "support", "bouncer", "anna.rootes", "listmaker"):
        assert not nobody_reads(f"{local}@x.example"), local


def test_the_words_change_with_the_hours_and_say_when_we_are_back() -> None:
    ack, hours = read_ack(EXAMPLE, name="all"), Hours(read_calendar(office()))
    told = {"number": 12, "name": "Help", "address": "help@desk.example", "hours": hours}
    subject, text = words(ack, now=MONDAY_NOON, **told)
    assert subject == "We have your letter (#12)" and "as soon as possible" in text and "closed" not in text
    _, shut = words(ack, now=SATURDAY, **told)
    assert "back on\nMonday, 23 November, 09:00." in shut and "#12" in shut
    assert words(replace(ack, closed=" "), now=SATURDAY, **told)[1] == text


def test_the_doc_that_names_the_mailbox_goes_first() -> None:
    every, sales = Ack("all", "s", "o"), Ack("sales", "s", "o", mailboxes=frozenset({"sales"}))
    vip = Ack("vip", "s", "o", brand="vip")
    assert chosen([every, sales, vip], mailbox="sales") is sales
    assert chosen([every, sales, vip], mailbox="help") is every
    assert chosen([every, vip], mailbox="help", brand="vip") is vip
    assert chosen([sales], mailbox="help") is None


def test_a_letter_that_repeats_our_words_is_an_echo() -> None:
    ack = read_ack(EXAMPLE)
    assert echoes(ack, subject="AUTO: We have your letter (#12)", text="")
    assert echoes(
        ack, subject="Away", text="> Thank you, your letter is\n> here. A person reads it and answers as soon"
    )
    assert not echoes(ack, subject="My letter", text="Thank you. When will somebody answer my letter?")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('open = "x"', "subject is missing"), ('subject = "x"', "open is missing"),
        ('subject = "a\\nb"\nopen = "x"', "one line"), ('subject = 1\nopen = "x"', "text in double quotes"),
        ('subject = "Re: {{ ticket.subject }}"\nopen = "x"', "cannot stand in a letter"),
        ('subject = "x"\nopen = "Dear {{ customer.name }}"', "cannot stand"),
        ('subject = "x"\nopen = "{{ ask: name }}"', "cannot stand"),
        ('subject = "x"\nopen = "{{"', "never closed"),
        ('subject = "x"\nopen = "x"\nhour = "office"', "did you mean hours"),
    ],
)  # fmt: skip
def test_mistakes_in_a_doc_are_shown_in_place(text: str, said: str) -> None:
    with pytest.raises(DocError, match=said):
        read_ack(text)
