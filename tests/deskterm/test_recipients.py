"""Who a reply goes to: the writer, where they asked for answers, and never ourselves."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from deskterm.recipients import answer
from deskterm.replies import address_of
from store.model import Kind, Message

OWN = frozenset({"help@example.org", "sales@example.org"})


def message(kind: Kind = Kind.IN, **fields: object) -> Message:
    made = {"sender": "Dana <dana@acme.example>", "to": ("Help <help@example.org>",)} | fields
    return Message("m1", "t1", kind, "c1", 0, **made)  # pyright: ignore[reportArgumentType]


def test_to_the_writer() -> None:
    people = answer(message(cc=("lee@acme.example",)), fallback="x@y.example", own=OWN)
    assert (people.to, people.cc) == (("Dana <dana@acme.example>",), ())


def test_to_where_answers_were_asked_for() -> None:
    found = answer(message(reply_to=("list@acme.example",)), fallback="", own=OWN)
    assert found.to == ("list@acme.example",)


def test_to_everybody_keeps_to_and_cc_apart_and_names_nobody_twice() -> None:
    letter = message(
        to=("Help <HELP@example.org>", "Lee <lee@acme.example>"),
        cc=("lee@ACME.example", "Mo <mo@acme.example>", "sales@example.org"),
    )
    people = answer(letter, fallback="", own=OWN, everybody=True)
    assert people.to == ("Dana <dana@acme.example>", "Lee <lee@acme.example>")
    assert people.cc == ("Mo <mo@acme.example>",)


def test_an_answer_to_our_own_letter_goes_where_that_went() -> None:
    sent = message(
        Kind.OUT, sender="Help <help@example.org>", to=("dana@acme.example",), cc=("mo@x.example",)
    )
    people = answer(sent, fallback="", own=OWN)
    assert (people.to, people.cc) == (("dana@acme.example",), ("mo@x.example",))


def test_nobody_certain_falls_back_to_the_customer() -> None:
    assert answer(None, fallback="dana@acme.example", own=OWN).to == ("dana@acme.example",)
    forged = message(sender="Help <help@example.org>")
    assert answer(forged, fallback="dana@acme.example", own=OWN).to == ("dana@acme.example",)
    assert answer(message(sender=""), fallback="", own=OWN).to == ()


ADDRESSES = st.sampled_from(("a@x.example", "B <b@x.example>", "HELP@example.org", "c@x.example", "none", ""))


@given(
    sender=ADDRESSES, to=st.lists(ADDRESSES), cc=st.lists(ADDRESSES), back=st.lists(ADDRESSES),
    everybody=st.booleans(), kind=st.sampled_from((Kind.IN, Kind.OUT)),
)  # fmt: skip
def test_never_ourselves_and_nobody_twice(
    sender: str, to: list[str], cc: list[str], back: list[str], everybody: bool, kind: Kind
) -> None:
    letter = message(kind, sender=sender, to=tuple(to), cc=tuple(cc), reply_to=tuple(back))
    people = answer(letter, fallback="dana@acme.example", own=OWN, everybody=everybody)
    for some in (people.to, people.cc):
        named = [address_of(person) for person in some]
        assert len(named) == len(set(named)) and not OWN & set(named)
        assert all("@" in address for address in named)
    if everybody and kind is Kind.IN:
        assert not {address_of(p) for p in people.to} & {address_of(p) for p in people.cc}
