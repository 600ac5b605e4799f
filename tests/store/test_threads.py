"""Who joins which ticket, with which reason, and who never does."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from store.rules.citing import MOST_CITED
from store.rules.threads import (
    Candidate,
    Claims,
    Evidence,
    Ids,
    Join,
    Known,
    Merge,
    NewTicket,
    cited,
    claimed_numbers,
    decide,
    groups,
    ids_of,
    merges,
    resting,
)

ANA, BEN, EVE = "ana@acme.example", "ben@acme.example", "eve@elsewhere.example"

TWELVE = Candidate("t12", "#12", 100, frozenset({ANA, "help@us.example"}), 12, frozenset({"acme.example"}))
FIFTEEN = Candidate("t15", "#15", 200, frozenset({ANA}), 15)


def letter(sender: str, *names: str, own: str = "new@x", **more: object) -> Evidence:
    return replace(Evidence(Ids(own, names), sender), **more)  # type: ignore[arg-type]


class TestCited:
    def test_references_come_first_and_each_id_once(self) -> None:
        assert cited(["a@x", "b@x"], ["b@x", "c@x"]) == ("a@x", "b@x", "c@x")

    def test_in_reply_to_counts_when_a_program_rewrote_references(self) -> None:
        assert cited(["b@x"], ["a@x"], field_text="<a@x>") == ("b@x", "a@x")

    @pytest.mark.parametrize(
        "prose",
        [
            'Your message of "Mon, 02 Mar 2026 09:00:00 +0000" <joe@x>',
            "Message from Joe <joe@x> of Monday",
        ],
    )
    def test_prose_names_nobody_beside_references(self, prose: str) -> None:
        assert cited(["a@x"], ["joe@x"], field_text=prose) == ("a@x",)
        assert cited([], ["joe@x"], field_text=prose) == ("joe@x",)

    def test_an_id_before_prose_still_counts(self) -> None:
        field = "<b@x> (Joe <joe@x>'s message of Monday)"
        assert cited(["a@x"], ["b@x", "joe@x"], field_text=field) == ("a@x", "b@x")

    def test_blank_and_endless_ids_name_nobody(self) -> None:
        assert cited(["", " ", "@", "<>", "x" * 2000 + "@y"], []) == ()

    def test_a_flood_of_ids_keeps_root_and_nearest(self) -> None:
        names = cited([f"{n}@x" for n in range(5000)], [])
        assert len(names) == MOST_CITED
        assert (names[0], names[-1]) == ("0@x", "4999@x")

    def test_a_letter_is_not_its_own_parent(self) -> None:
        assert ids_of("<a@x>", ["a@x"], ["a@x"]) == Ids("a@x", ())
        assert ids_of("", [], []).root == ""


class TestDecide:
    def test_an_answer_by_a_participant_joins_with_a_reason(self) -> None:
        known = (Known("ours@us", "t12", ours=True),)
        got = decide(letter(ANA, "ours@us", known=known, tickets=(TWELVE,)))
        assert got == Join("t12", f"answers <ours@us> of #12; {ANA} takes part in it")

    def test_case_of_the_address_does_not_matter(self) -> None:
        got = decide(letter(ANA.upper(), "a@x", known=(Known("a@x", "t12"),), tickets=(TWELVE,)))
        assert isinstance(got, Join)

    def test_a_stranger_with_our_id_only_claims(self) -> None:
        got = decide(letter(EVE, "a@x", known=(Known("a@x", "t12", True),), tickets=(TWELVE,)))
        assert got == Claims("t12", "new@x", f"cites <a@x> of #12, but {EVE} takes no part in it")

    def test_two_senders_are_nobody(self) -> None:
        got = decide(letter("", "a@x", known=(Known("a@x", "t12"),), tickets=(TWELVE,)))
        assert isinstance(got, Claims)
        assert "not certain" in got.why

    @pytest.mark.parametrize("sender", [ANA, EVE])
    def test_a_subject_alone_never_joins(self, sender: str) -> None:
        got = decide(letter(sender, subject="Re: [#12] Invoice", tickets=(TWELVE,)))
        assert isinstance(got, Claims)
        assert got.ticket == "t12"

    def test_a_number_that_is_no_ticket_claims_nothing(self) -> None:
        assert isinstance(decide(letter(ANA, subject="[#99] our order", tickets=())), NewTicket)

    def test_an_unseen_ancestor_joins_participants_and_colleagues_only(self) -> None:
        known = (Known("lost@x", "t12", seen=False),)
        for sender, kind in ((ANA, Join), (BEN, Join), (EVE, Claims)):
            got = decide(letter(sender, "lost@x", known=known, tickets=(TWELVE,)))
            assert isinstance(got, kind), sender
        assert "never saw" in decide(letter(BEN, "lost@x", known=known, tickets=(TWELVE,))).why

    def test_a_colleague_may_not_enter_through_a_letter_we_have(self) -> None:
        got = decide(letter(BEN, "a@x", known=(Known("a@x", "t12"),), tickets=(TWELVE,)))
        assert isinstance(got, Claims)

    def test_the_missing_first_letter_finds_its_ticket(self) -> None:
        """As the answer would have joined it, had they come in order: it names who answered."""
        known = (Known("first@x", "t12", seen=False, by=frozenset({BEN})),)
        for sender, named in ((EVE, {BEN, "help@us.example"}), (BEN, set())):
            first = letter(sender, own="first@x", known=known, tickets=(TWELVE,), named=frozenset(named))
            got = decide(first)
            assert isinstance(got, Join)
            assert got.why == f"is the letter that #12 answers, and names {BEN}"

    @pytest.mark.parametrize("sender", [ANA, EVE, ""])
    def test_who_names_nobody_that_answered_is_not_the_first_letter(self, sender: str) -> None:
        known = (Known("first@x", "t12", seen=False, by=frozenset({BEN})),)
        forged = letter(sender, own="first@x", known=known, tickets=(TWELVE,), named=frozenset({ANA}))
        assert isinstance(decide(forged), Claims)
        assert isinstance(decide(replace(forged, sender="", named=frozenset({BEN}))), Claims)

    def test_the_nearest_parent_wins(self) -> None:
        known = (Known("a@x", "t12"), Known("b@x", "t15"))
        got = decide(letter(ANA, "a@x", "b@x", known=known, tickets=(TWELVE, FIFTEEN)))
        assert isinstance(got, Join)
        assert got.ticket == "t15"

    def test_our_signed_mark_joins_a_participant_and_flags_others(self) -> None:
        assert decide(letter(ANA, token="t12", tickets=(TWELVE,))) == Join(
            "t12", f"carries our mark of #12 for {ANA}; {ANA} takes part in it"
        )
        assert isinstance(decide(letter(EVE, token="t12", tickets=(TWELVE,))), Claims)
        forged = decide(letter(ANA, unproven="t12", tickets=(TWELVE,)))
        assert forged == Claims("t12", "new@x", f"carries a mark of #12 that was not made for {ANA}")

    def test_a_bounce_goes_to_the_letter_it_returns(self) -> None:
        bounce = letter(
            "mailer-daemon@mx.example",
            "o@us",
            known=(Known("o@us", "t12", ours=True),),
            tickets=(TWELVE,),
            returned="o@us",
            returned_for=(ANA,),
        )
        assert isinstance(decide(bounce), Join)
        assert isinstance(decide(replace(bounce, returned_for=(EVE,))), Claims)
        assert isinstance(decide(replace(bounce, known=(Known("o@us", "t12"),))), Claims)

    def test_a_new_thread_is_rooted_in_what_it_answers(self) -> None:
        assert decide(letter(ANA, "gone@x")).root == "gone@x"  # type: ignore[union-attr]
        assert decide(letter(ANA)).root == "new@x"  # type: ignore[union-attr]

    def test_a_letter_to_a_vanished_ticket_does_not_take_its_root(self) -> None:
        got = decide(letter(ANA, "a@x", known=(Known("a@x", "t77"),)))
        assert got == NewTicket("new@x", "answers a ticket that is not here any more")

    @pytest.mark.parametrize("sender", [ANA, EVE])
    def test_a_repeated_id_joins_nothing_and_roots_nothing(self, sender: str) -> None:
        got = decide(letter(sender, own="a@x", known=(Known("a@x", "t12"),), tickets=(TWELVE,)))
        assert got == NewTicket("", "another letter has its id <a@x>, so the id says nothing")


class TestMerges:
    TIE = (Known("a@x", "t12"), Known("b@x", "t15"))

    def test_a_late_parent_proposes_the_older_ticket(self) -> None:
        known = (Known("a@x", "t12"), Known("late@x", "t15", seen=False, by=frozenset({ANA})))
        got = merges(letter(ANA, "a@x", own="late@x", known=known, tickets=(FIFTEEN, TWELVE)))
        assert [(merge.into, merge.away) for merge in got] == [("t12", "t15")]
        assert "#15" in got[0].why

    def test_what_a_person_split_stays_apart(self) -> None:
        apart = replace(FIFTEEN, apart=frozenset({"t12"}))
        assert merges(letter(ANA, "a@x", "b@x", known=self.TIE, tickets=(TWELVE, apart))) == ()

    def test_a_stranger_cannot_knit_tickets_together(self) -> None:
        assert merges(letter(EVE, "a@x", "b@x", known=self.TIE, tickets=(TWELVE, FIFTEEN))) == ()

    def test_one_ticket_needs_no_merge(self) -> None:
        known = (Known("a@x", "t12"), Known("b@x", "t12"))
        assert merges(letter(ANA, "a@x", "b@x", known=known, tickets=(TWELVE,))) == ()
        assert Merge("t1", "t2", "").into == "t1"


def test_numbers_in_subjects_need_brackets_and_a_hash() -> None:
    assert claimed_numbers("Re: [Ticket #123] and (#7), [123], #9 [#1234567890123]") == (123, 7)


names = st.integers(0, 12).map(lambda n: f"{n}@x")
letters = st.lists(st.builds(Ids, names | st.just(""), st.lists(names, max_size=4).map(tuple)), max_size=14)


@given(letters, st.randoms(use_true_random=False))
def test_groups_do_not_depend_on_the_order_of_arrival(mail: list[Ids], chance: random.Random) -> None:
    order = list(range(len(mail)))
    chance.shuffle(order)
    moved = groups([mail[place] for place in order])
    back = tuple(sorted(tuple(sorted(order[place] for place in group)) for group in moved))
    assert back == groups(mail)


@given(letters)
def test_groups_hold_every_letter_once_and_cited_ids_together(mail: list[Ids]) -> None:
    got = groups(mail)
    assert sorted(place for group in got for place in group) == list(range(len(mail)))
    of = {place: number for number, group in enumerate(got) for place in group}
    for one, first in enumerate(mail):
        for other, second in enumerate(mail):
            shared = {first.own, *first.cited} & {second.own, *second.cited} - {""}
            assert not shared or of[one] == of[other]


tickets = st.lists(
    st.builds(
        Candidate,
        st.sampled_from(["t1", "t2", "t3"]),
        st.just("#1"),
        st.integers(0, 9),
        st.frozensets(st.sampled_from([ANA, BEN])),
        st.integers(1, 3),
        st.just(frozenset({"acme.example"})),
    ),
    unique_by=lambda ticket: ticket.ticket,
)
knowledge = st.lists(
    st.builds(Known, names, st.sampled_from(["t1", "t2", "t3"]), st.booleans(), st.booleans()), max_size=8
).map(tuple)


@given(st.lists(names, max_size=6), knowledge, tickets, st.sampled_from(["", "t1", "t2"]), st.integers(1, 3))
def test_a_stranger_joins_nothing_whatever_he_forges(
    cites: list[str], known: tuple[Known, ...], held: list[Candidate], token: str, number: int
) -> None:
    forged = Evidence(Ids("0@x", tuple(cites)), EVE, f"Re: [#{number}]", known, tuple(held), token=token)
    got = decide(forged)
    assert not isinstance(got, Join)
    assert merges(forged) == ()
    if isinstance(got, Claims):
        assert got.root == "0@x"


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("abcdef")))
def test_chains_of_merges_end_and_every_member_ends_alike(merged: dict[str, str]) -> None:
    for ticket, ahead in merged.items():
        end = resting(ticket, merged)
        assert end == resting(ahead, merged)
        assert resting(end, merged) == end


def test_a_merge_cycle_rests_in_its_smallest_id() -> None:
    assert resting("c", {"c": "b", "b": "a", "a": "b"}) == "a"
    assert resting("z", {}) == "z"
