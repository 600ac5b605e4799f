"""Class A: who wrote, who joins, who is meant; every line through real letters and the real intake."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskterm import asks, config, joining, people_merged, replies, send, writing
from deskterm.desk import Desk
from store.log import rebuild
from store.model import Kind, Message, Status, Ticket
from store.reads import people
from store.rules import marks
from tests.paths import ROOT
from tests.rigs.imapd import USER
from tests.rigs.mail import all_tickets, box, letter, messages, one, opened, secrets, take
from tests.rigs.mail import settings as mail_settings

NOW = int(time.time())
DANA, LEE, EVE = "Dana Q <dana@acme.example>", "Lee <lee@acme.example>", "Eve <eve@elsewhere.example>"
PRIVATE = "ana@home.example"
SERVER = "mx.example.org"
HOP = f"Received: from mail.far.example (mail.far.example [192.0.2.1]) by {SERVER}; now"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    setting = mail_settings(box(auth_server=SERVER, plus=True), agent_mail=(PRIVATE,))
    with opened(tmp_path / "home", setting) as made:
        yield made


def judged(domain: str, word: str = "pass") -> str:
    return f"Authentication-Results: {SERVER}; dmarc={word} header.from={domain}\r\n{HOP}"


def asked(desk: Desk) -> tuple[Ticket, Message]:
    """A ticket of Dana's, and our reply that has left."""
    take(desk, letter(1, subject="Broken export", sender=DANA, msgid="q@acme.example"))
    ticket = one(desk, "Broken export")
    writing.reply(desk, ticket, replies.Reply("An answer.", (DANA,)), then=Status.SOLVED, now=True)
    send.round_(desk, secrets=secrets)
    ours = next(m for m in messages(desk, ticket) if m.kind is Kind.OUT)
    return desk.ticket(f"#{ticket.number}"), ours


def newest(desk: Desk) -> Ticket:
    return all_tickets(desk)[-1]


def only(desk: Desk, ticket: Ticket) -> Message:
    (message,) = messages(desk, ticket)
    return message


def test_A01_forged_references_make_a_new_ticket_with_a_banner_that_can_be_answered(desk: Desk) -> None:
    ticket, ours = asked(desk)
    for n in (2, 3):
        take(desk, letter(n, sender=EVE, subject="Re: Broken export", answers=ours.msgid))
    first, second = all_tickets(desk)[1:]
    for forged in (first, second):
        assert "claims" in only(desk, forged).signals
        (ask,) = asks.of(desk.conn, forged)
        assert ask.kind is asks.Asked.BELONGS and ask.words == "claims to be #1 Broken export"
    assert len(messages(desk, ticket)) == 2
    assert "eve@elsewhere.example" not in people.participants(desk.conn, ticket.id)
    desk.do(asks.dismiss(desk.conn, first))
    assert asks.of(desk.conn, first) == []
    desk.do(asks.accept(desk.conn, desk.store.secret, second))
    assert len(messages(desk, ticket)) == 3
    assert desk.ticket(f"#{second.number}").merged_into == ticket.id


def test_A02_a_number_in_a_subject_joins_nothing(desk: Desk) -> None:
    ticket, _ = asked(desk)
    take(desk, letter(2, sender=EVE, subject=f"Re: [#{ticket.number}] Broken export"))
    assert len(messages(desk, ticket)) == 2 and "claims" in only(desk, newest(desk)).signals


@pytest.mark.parametrize("forged", ["guessed", "cut", "upper-cased", "another ticket's", "another person's"])
def test_A03_a_mark_that_does_not_hold_joins_nothing(desk: Desk, forged: str) -> None:
    ticket, ours = asked(desk)
    mark = marks.in_id(ours.msgid)
    assert mark is not None and mark.holds(desk.store.secret, "dana@acme.example")
    take(desk, letter(9, subject="Other", sender=LEE))
    other = one(desk, "Other")
    right, sender = mark.tags[0], DANA
    tag = {
        "guessed": "0" * 26, "cut": right[:-3], "upper-cased": right.upper(),
        "another ticket's": marks.tag(desk.store.secret, other.id, "dana@acme.example"),
        "another person's": right,
    }[forged]  # fmt: skip
    if forged == "another person's":
        sender = EVE
    before = len(all_tickets(desk))
    for n, way in ((2, {"answers": f"m{'0' * 15}.{ticket.id}.{tag}@example.org"}),
                   (3, {"to": f"{USER.replace('@', f'+{ticket.id}.{tag}@')}"})):  # fmt: skip
        take(desk, letter(n, sender=sender, subject="Forged", **way))
    assert len(messages(desk, ticket)) == 2 and len(all_tickets(desk)) == before + 2


def test_a_mark_that_holds_joins_by_its_id_alone_and_by_the_address(desk: Desk) -> None:
    ticket, ours = asked(desk)
    (sent,) = (desk.home / "out" / "new").iterdir()
    back = next(ln for ln in sent.read_text().splitlines() if ln.startswith("Reply-To: ")).split(": ")[1]
    with desk.store.write() as tx:
        tx.conn.execute("UPDATE message SET msgid = 'gone@x' WHERE id = ?", (ours.id,))
    take(desk, letter(2, sender=DANA, answers=ours.msgid), letter(3, sender=DANA, to=back))
    assert len(all_tickets(desk)) == 1 and len(messages(desk, ticket)) == 4
    assert all("carries our mark of #1" in m.why for m in messages(desk, ticket)[-2:])
    assert people.participants(desk.conn, ticket.id) == {"dana@acme.example"}, "our own address takes no part"


@pytest.mark.parametrize("sender", [f"Ana <{PRIVATE}>", f"Help <{USER}>"])
@pytest.mark.parametrize("extra", ["", judged("home.example", "fail"), judged("elsewhere.example")])
def test_A06_an_agents_address_without_proof_has_no_right(desk: Desk, sender: str, extra: str) -> None:
    ticket, ours = asked(desk)
    take(desk, letter(2, sender=sender, to=DANA, answers=ours.msgid, extra=extra))
    forged = only(desk, newest(desk))
    assert forged.kind is Kind.IN and "unverified" in forged.signals and "verified" not in forged.signals
    assert len(messages(desk, ticket)) == 2 and newest(desk).id != ticket.id


@pytest.mark.parametrize(("to", "kind"), [(DANA, Kind.OUT), (USER, Kind.NOTE)])
def test_an_agent_whom_our_server_vouches_for_writes_as_an_agent(desk: Desk, to: str, kind: Kind) -> None:
    ticket, ours = asked(desk)
    extra = judged("home.example") + f"\r\nCc: {USER}"
    take(desk, letter(2, sender=f"Ana <{PRIVATE}>", to=to, answers=ours.msgid, extra=extra))
    last = messages(desk, ticket)[-1]
    assert (last.kind, last.author, "verified" in last.signals) == (kind, "ana", True)
    assert desk.ticket("1").status is Status.SOLVED and PRIVATE not in people.participants(
        desk.conn, ticket.id
    )


@pytest.mark.parametrize(
    "sender",
    [
        f'"{PRIVATE}" <eve@elsewhere.example>', f"eve@elsewhere.example ({PRIVATE})",
        f"=?utf-8?q?{PRIVATE.replace('@', '=40')}?= <eve@elsewhere.example>",
        f'"{PRIVATE.replace("@", "＠")}" <eve@elsewhere.example>',
        f'"{PRIVATE}": eve@elsewhere.example;', f"Eve <eve@elsewhere.example>\r\nReply-To: {PRIVATE}",
    ],
)  # fmt: skip
def test_A07_an_address_that_is_not_the_senders_is_no_sender(desk: Desk, sender: str) -> None:
    ticket, ours = asked(desk)
    take(desk, letter(2, sender=sender, answers=ours.msgid, extra=judged("elsewhere.example")))
    forged = only(desk, newest(desk))
    customer = people.customer(desk.conn, newest(desk).customer)
    assert forged.kind is Kind.IN and "eve@elsewhere.example" in forged.sender
    assert customer is not None and customer.email == "eve@elsewhere.example" and "@" not in customer.name
    assert len(messages(desk, ticket)) == 2


def test_A08_a_forged_verdict_below_the_first_foreign_hop_is_ignored(desk: Desk) -> None:
    ticket, ours = asked(desk)
    forged = (
        f"{HOP}\r\nReceived: from a.example by b.example; now\r\nAuthentication-Results: {SERVER}; dmarc=pass"
    )
    take(desk, letter(2, sender=PRIVATE, to=DANA, answers=ours.msgid, extra=forged))
    assert only(desk, newest(desk)).kind is Kind.IN and len(messages(desk, ticket)) == 2


def test_a_sender_our_server_does_not_believe_is_marked_and_joins_all_the_same(desk: Desk) -> None:
    ticket, ours = asked(desk)
    take(desk, letter(2, sender=DANA, answers=ours.msgid, extra=judged("acme.example", "fail")))
    assert "unverified" in messages(desk, ticket)[-1].signals


def test_A11_who_is_only_named_in_copy_gets_nothing_unasked(desk: Desk) -> None:
    take(desk, letter(1, sender=DANA, extra="Cc: victim@elsewhere.example"))
    ticket = newest(desk)
    assert "victim@elsewhere.example" in people.participants(desk.conn, ticket.id)
    prepared = writing.prepare(desk, ticket)
    assert (prepared.to, prepared.cc) == ((DANA,), ())
    assert people.by_email(desk.conn, "victim@elsewhere.example") is None


@pytest.mark.parametrize("domain", ["аcme.example", "xn--cme-5cd.example", "acrne.example", "acmе.example"])
def test_A12_look_alike_domains_are_flagged_and_never_merged(desk: Desk, domain: str) -> None:
    take(desk, letter(1, sender=DANA))
    take(desk, letter(2, subject="Pay me", sender=f"Dan <dan@{domain}>"))
    (ask,) = asks.of(desk.conn, one(desk, "Pay me"))
    assert ask.kind is asks.Asked.LIKE and "acme.example" in ask.words and not ask.can_accept
    assert "lookalike" in only(desk, one(desk, "Pay me")).signals
    assert people.by_email(desk.conn, f"dan@{domain}") != people.by_email(desk.conn, "dana@acme.example")


@pytest.mark.parametrize("name", ["Dana Q", "dana q", "Dаna Q", "Help", "ana"])
def test_A13_a_name_we_know_with_another_address_is_a_new_contact_with_a_warning(
    desk: Desk, name: str
) -> None:
    take(desk, letter(1, sender=DANA))
    take(desk, letter(2, subject="Pay me", sender=f"{name} <dana@elsewhere.example>"))
    new, old = (people.by_email(desk.conn, f"dana@{at}.example") for at in ("elsewhere", "acme"))
    assert new is not None and old is not None and new.id != old.id
    (ask,) = asks.of(desk.conn, one(desk, "Pay me"))
    assert ask.kind is asks.Asked.LIKE and "dana@elsewhere.example" in ask.words
    desk.do(asks.dismiss(desk.conn, one(desk, "Pay me")))
    assert asks.of(desk.conn, one(desk, "Pay me")) == []


def test_A15_customers_merged_and_parted_have_their_histories_exactly(desk: Desk) -> None:
    take(desk, letter(1, sender=DANA), letter(2, sender=LEE), letter(3, sender=LEE))
    before = rebuild.digest(desk.conn)
    dana, lee = (people_merged.named(desk.conn, f"{who}@acme.example") for who in ("dana", "lee"))
    desk.do(people_merged.merge(desk.conn, lee, dana))
    assert people.how_many(desk.conn, dana.id) == 3 and people.also_at(desk.conn, dana.id) == [lee.email]
    desk.undo()
    assert rebuild.digest(desk.conn) == before
    desk.redo()
    take(desk, letter(4, sender=LEE))
    assert newest(desk).customer == dana.id
    desk.undo()
    assert [t.customer for t in all_tickets(desk)] == [dana.id, lee.id, lee.id, lee.id]
    desk.redo()
    assert {t.customer for t in all_tickets(desk)} == {dana.id}


def test_a_forwarded_letter_proposes_who_first_wrote_it(desk: Desk) -> None:
    text = "Please look.\n\n---------- Forwarded message ---------\nFrom: Dana Q <dana@acme.example>\n" \
        "Date: Mon, 2 Nov 2026\nSubject: Export\nTo: me\n\nIt is broken.\n"  # fmt: skip
    take(desk, letter(1, subject="Fwd: Export", sender=f"Ana <{PRIVATE}>", text=text,
                      extra=judged("home.example")))  # fmt: skip
    ticket = newest(desk)
    assert only(desk, ticket).kind is Kind.IN
    (ask,) = asks.of(desk.conn, ticket)
    assert ask.kind is asks.Asked.WRITER and ask.value == DANA
    desk.do(asks.accept(desk.conn, desk.store.secret, ticket))
    customer = people.customer(desk.conn, newest(desk).customer)
    assert customer is not None and (customer.email, customer.name) == ("dana@acme.example", "Dana Q")
    assert asks.of(desk.conn, ticket) == []
    take(desk, letter(2, subject="Fwd: Mine", sender=EVE, text=text))
    assert all(a.kind is not asks.Asked.WRITER for a in asks.of(desk.conn, newest(desk)))


# Merge, split, move


def two(desk: Desk) -> tuple[Ticket, Ticket]:
    take(desk, letter(1, subject="One", sender=DANA), letter(2, subject="Two", sender=LEE))
    take(desk, letter(3, subject="Re: Two", sender=LEE, answers="letter-2@customers.example"))
    return one(desk, "One"), one(desk, "Two")


def test_D14_a_merge_undone_leaves_equal_tables_and_a_redo_merges_again(desk: Desk) -> None:
    into, away = two(desk)
    before, dates = rebuild.digest(desk.conn), [(t.last_in, t.last_out) for t in all_tickets(desk)]
    desk.do(joining.merge(desk.conn, [away], into))
    merged = rebuild.digest(desk.conn)
    assert len(messages(desk, into)) == 3 and messages(desk, away) == []
    assert desk.ticket("2").last_in is None, "a ticket without letters has no newest one"
    assert "lee@acme.example" in people.participants(desk.conn, into.id)
    desk.undo()
    assert rebuild.digest(desk.conn) == before
    assert [(t.last_in, t.last_out) for t in all_tickets(desk)] == dates
    desk.redo()
    assert rebuild.digest(desk.conn) == merged
    assert rebuild.verify(desk.conn, desk.store.secret).faults == ()


def test_letters_after_a_merge_come_to_the_ticket_that_stays_and_go_home_when_it_is_undone(
    desk: Desk,
) -> None:
    into, away = two(desk)
    desk.do(joining.merge(desk.conn, [away], into))
    entry = desk.conn.execute("SELECT max(id) FROM entry WHERE kind = 'merge'").fetchone()[0]
    take(desk, letter(4, sender=LEE, answers="letter-3@customers.example"))
    take(desk, letter(5, sender=LEE, answers="letter-4@customers.example"))
    take(desk, letter(6, sender=DANA, answers="letter-1@customers.example"))
    assert len(messages(desk, into)) == 6 and len(all_tickets(desk)) == 2
    desk.undo(entry)
    assert [m.msgid[7] for m in messages(desk, into)] == ["1", "6"]
    assert [m.msgid[7] for m in messages(desk, away)] == ["2", "3", "4", "5"]


def test_a_split_and_a_move_are_undone_exactly_and_what_is_apart_stays_apart(desk: Desk) -> None:
    into, away = two(desk)
    before = {t.id: [m.id for m in messages(desk, t)] for t in (into, away)}
    joining.split_off(desk, away, messages(desk, away)[1:])
    new = newest(desk)
    assert [m.subject for m in messages(desk, new)] == ["Re: Two"] and new.customer == away.customer
    tie = letter(7, sender=LEE, answers="letter-2@customers.example").replace(
        b"References: <", b"References: <letter-3@customers.example> <"
    )
    take(desk, tie)
    assert not any(t.merged_into for t in all_tickets(desk))
    desk.undo()
    desk.do(joining.move(desk.conn, away, messages(desk, away)[1:2], into))
    assert len(messages(desk, into)) == 2
    desk.undo()
    assert [m.id for m in messages(desk, into)] == before[into.id]
    assert set(before[away.id]) <= {m.id for m in messages(desk, away)}


def test_a_merge_or_split_that_makes_no_sense_is_refused(desk: Desk) -> None:
    from store.errors import Refused

    into, away = two(desk)
    for act in (
        lambda: joining.merge(desk.conn, [into], into),
        lambda: joining.move(desk.conn, away, messages(desk, away), into),
        lambda: joining.move(desk.conn, away, messages(desk, away)[:1], away),
        lambda: joining.split_off(desk, into, messages(desk, into)),
        lambda: asks.accept(desk.conn, desk.store.secret, into),
        lambda: asks.dismiss(desk.conn, into),
    ):
        with pytest.raises(Refused):
            act()
    desk.do(joining.merge(desk.conn, [away], into))
    with pytest.raises(Refused, match="merged already"):
        joining.merge(desk.conn, [desk.ticket("2")], into)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_letters_of_a_thread_are_one_ticket_whatever_order_they_come_in(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    """Honest ones: each answers a letter its writer got; its References may be cut to the nearest."""
    chance = random.Random(seed)
    made, raws = list[tuple[int, str, list[str], list[str]]](), list[bytes]()
    for n in range(chance.randrange(2, 9)):
        parent = chance.choice(made) if made and chance.random() < 0.85 else None
        thread = parent[0] if parent else n
        folk = [f"p{k}@acme{thread}.example" for k in range(3)]
        sender = chance.choice(parent[2]) if parent else folk[0]
        named = chance.sample(folk, chance.randrange(0, 3))
        chain = ([*parent[3], parent[1]] if chance.random() < 0.5 else [parent[1]]) if parent else []
        msgid = f"{n}@acme{thread}.example"
        extra = f"Cc: {', '.join(named)}\r\n" if named else ""
        extra += f"References: {' '.join(f'<{one}>' for one in chain)}" if chain else "X-First: yes"
        raws.append(letter(n, subject=f"Thread {thread}", sender=sender, msgid=msgid, when=NOW + n - 9_999,
                           extra=extra))  # fmt: skip
        made.append((thread, msgid, sorted({sender, *named}), chain))
    wanted = {frozenset(m[1] for m in made if m[0] == thread) for thread in {m[0] for m in made}}
    orders = [raws, raws[::-1], chance.sample(raws, len(raws))]
    for n, order in enumerate(orders):
        with opened(tmp_path_factory.mktemp("order") / f"home{n}", mail_settings(box())) as desk:
            for raw in order:
                take(desk, raw)
            groups = {frozenset(m.msgid for m in messages(desk, t)) for t in all_tickets(desk)}
            assert groups - {frozenset()} == wanted
            assert rebuild.verify(desk.conn, desk.store.secret).faults == ()


def test_show_says_what_a_ticket_asks_and_accept_answers_it(desk: Desk) -> None:
    ticket, ours = asked(desk)
    take(desk, letter(2, sender=EVE, subject="Re: Broken export", answers=ours.msgid))
    config.save(desk.home, desk.settings)

    def shell(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "deskterm", "--home", str(desk.home), *words],
            capture_output=True, text=True, timeout=60, check=True, cwd=ROOT,
        )  # fmt: skip
        return done.stdout + done.stderr

    assert "Asks: claims to be #1 Broken export (deskterm accept 2, or with --no)" in shell("show", "2")
    assert "Would do: Merged #2" in shell("accept", "2", "--dry-run")
    assert "Merged #2" in shell("accept", "2") and "Asks" not in shell("show", "2")
    assert len(messages(desk, ticket)) == 3
