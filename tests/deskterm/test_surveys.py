"""Surveys over the real intake and outbox: who is asked, which letters vote, what a vote leaves alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from deskterm import acts, auto_letters, joining, live, pack, rule_plans
from deskterm.automation import Automation, arm
from deskterm.desk import Desk
from store import outbox
from store.errors import DocError, Refused
from store.log import rebuild
from store.log.entry import Change
from store.model import Kind, Message, Status, Ticket
from store.reads import surveys
from store.rules import votes
from store.rules.rule_text import read_rule
from store.rules.surveys import Figures
from store.rules.votes import Survey
from tests.deskterm.shell import call, ok
from tests.rigs.imapd import USER
from tests.rigs.mail import DAY, Clock, all_tickets, box, letter, messages, one, opened, states, take
from tests.rigs.mail import settings as mail_settings

DANA = "Dana Reyes <dana@acme.example>"
ASK = 'when = "changed"\nfields = ["status"]\nmatch = "status:solved"\n[do]\nsurvey = "csat"\n'
NPS = ASK.replace("csat", "nps")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    with opened(tmp_path / "home", mail_settings(box()), clock) as made:
        live.open_(made)
        yield made


def works(desk: Desk, *rules: str) -> Automation:
    for n, text in enumerate(rules):
        desk.save_doc("rule", f"Ask {n}", text)
    made = Automation(desk)
    made.begin()
    return made


def asked(desk: Desk, *, rule: str = ASK, number: int = 1) -> tuple[Ticket, Message]:
    """A solved ticket of Dana and the survey that left about it."""
    rules = works(desk, rule)
    take(desk, letter(number, sender=DANA))
    desk.do(acts.status([one(desk, f"Question {number}")], Status.SOLVED))
    assert rules.run() == 1
    ticket = one(desk, f"Question {number}")
    (sent,) = [m for m in messages(desk, ticket) if m.auto]
    left(desk)
    return ticket, sent


def left(desk: Desk) -> None:
    """Every letter in the outbox has left."""
    with desk.store.write() as tx:
        rows = [row for row in outbox.unsent(tx.conn) if row.state == outbox.QUEUED]
        changes = [Change(row.id, "state", outbox.SENT) for row in rows]
        tx.commit(changes, actor="sender", kind="sending")


def answer(
    desk: Desk, ticket: Ticket, score: int, number: int = 70, *, sender: str = DANA, text: str = " ",
    survey: Survey = Survey.CSAT, person: str = "dana@acme.example", extra: str = "", prefix: str = "",
    answers: str = "",
) -> bytes:  # fmt: skip
    """The letter a mail program makes of one answer of the survey sent to `person`."""
    word = votes.token(desk.store.secret, survey, score, ticket=ticket.id, person=person)
    subject = f"{prefix}My answer: {score} ({word})"
    return letter(number, sender=sender, subject=subject, text=text, extra=extra, answers=answers)


def csat(desk: Desk, ticket: Ticket) -> str | None:
    return desk.conn.execute("SELECT csat FROM ticket WHERE id = ?", (ticket.id,)).fetchone()[0]


def figures(desk: Desk, survey: Survey = Survey.CSAT) -> Figures:
    return surveys.figures(desk.conn, survey, since=0, by=lambda question: question.agent)[0][1]


def quiet(desk: Desk, before: Ticket, after: Ticket) -> None:
    """Nothing moved that makes work."""
    assert (after.status, after.unread, after.due_at) == (before.status, before.unread, before.due_at)
    assert (after.last_in, after.snooze_until) == (before.last_in, before.snooze_until)
    assert len(all_tickets(desk)) == 1


def test_the_survey_offers_answers_that_are_letters_to_us(desk: Desk) -> None:
    ticket, sent = asked(desk)
    text = desk.text(sent)
    assert text.count("mailto:") == 5 and "http" not in text and "Question" not in text
    assert text.count(f"mailto:{USER}?subject=My%20answer%3A%20") == 5
    for score in range(1, 6):
        assert (
            votes.token(desk.store.secret, Survey.CSAT, score, ticket=ticket.id, person="dana@acme.example")
            in text
        )
    assert sent.subject == "How did we do? (your request #1)" and sent.to == ("dana@acme.example",)


def test_where_a_plus_arrives_the_answer_stands_in_the_address(tmp_path: Path, clock: Clock) -> None:
    with opened(tmp_path / "home", mail_settings(box(plus=True)), clock) as desk:
        live.open_(desk)
        ticket, sent = asked(desk)
        word = votes.token(desk.store.secret, Survey.CSAT, 2, ticket=ticket.id, person="dana@acme.example")
        local, _, domain = USER.partition("@")
        address = f"{local}+{word}@{domain}"
        assert f"mailto:{local}%2B{word}@{domain}?" in desk.text(sent)
        take(desk, letter(70, sender=DANA, subject="My answer: 2", to=address, text=" "))
        assert csat(desk, ticket) == "2" and len(all_tickets(desk)) == 1


def test_a_vote_sets_the_score_and_nothing_else(desk: Desk) -> None:
    ticket, _ = asked(desk)
    take(desk, answer(desk, ticket, 5))
    after = one(desk, "Question 1")
    quiet(desk, ticket, after)
    vote = messages(desk, after)[-1]
    assert vote.signals == ("vote",) and vote.subject == "CSAT 5 of 5" and vote.kind is Kind.IN
    assert csat(desk, ticket) == "5" and figures(desk) == Figures(Survey.CSAT, 1, (5,))
    assert "csat." not in f"{vote.subject} {vote.snippet}", "a reply to it must carry no token"
    assert rebuild.verify(desk.conn, desk.store.secret).faults == ()


def test_rules_never_see_a_vote(desk: Desk) -> None:
    ticket, _ = asked(desk)
    rules = works(desk, 'when = "received"\nunverified = true\n[do]\ntags = ["seen"]\n')
    take(desk, answer(desk, ticket, 1, text="Bad.\n"), answer(desk, ticket, 1, 71, sender="x@y.example"))
    assert rules.run() == 0 and one(desk, "Question 1").tags == ()


def test_a_closed_ticket_takes_a_vote_without_a_follow_up(desk: Desk) -> None:
    ticket, _ = asked(desk)
    desk.do(acts.status([ticket], Status.CLOSED))
    take(desk, answer(desk, ticket, 4, text="Fine, thank you\n"))
    assert csat(desk, ticket) == "4" and len(all_tickets(desk)) == 1
    assert one(desk, "Question 1").status is Status.CLOSED


def test_a_second_vote_replaces_the_first_and_the_log_has_both(desk: Desk, clock: Clock) -> None:
    ticket, _ = asked(desk)
    take(desk, answer(desk, ticket, 5))
    clock.ahead += 60
    take(desk, answer(desk, ticket, 2, 71))
    assert csat(desk, ticket) == "2" and figures(desk).scores == (2,)
    rows = desk.conn.execute("SELECT value FROM change WHERE field = 'csat' ORDER BY id").fetchall()
    assert [row[0] for row in rows] == ["5", "2"]
    take(desk, answer(desk, ticket, 2, 71))
    assert len([m for m in messages(desk, ticket) if "vote" in m.signals]) == 2, "the same letter again"


def test_a_vote_that_comes_late_replaces_no_newer_one(desk: Desk) -> None:
    ticket, _ = asked(desk)
    take(desk, answer(desk, ticket, 5), received=desk.now)
    take(desk, answer(desk, ticket, 2, 71), received=desk.now - 100)
    assert csat(desk, ticket) == "5" and figures(desk).scores == (5,)


def test_a_comment_is_shown_to_the_team_and_wakes_nobody(desk: Desk) -> None:
    ticket, _ = asked(desk)
    take(desk, answer(desk, ticket, 2, text="Took a week!\n\n-- \nDana\nAcme\n"))
    after = one(desk, "Question 1")
    assert after.unread and after.status is Status.SOLVED and after.due_at is None
    assert "Took a week!" in messages(desk, after)[-1].snippet


def test_a_signature_alone_is_no_comment(desk: Desk) -> None:
    ticket, _ = asked(desk)
    take(desk, answer(desk, ticket, 2, text="\n-- \nDana Reyes\nAcme\n"))
    assert not one(desk, "Question 1").unread


def test_a_forwarded_survey_counts_apart_and_its_sender_becomes_nobody_here(desk: Desk) -> None:
    ticket, _ = asked(desk)
    take(desk, answer(desk, ticket, 1, sender="Eve <eve@elsewhere.example>", text="Ha.\n"))
    after = one(desk, "Question 1")
    assert csat(desk, ticket) is None and after.unread
    assert figures(desk) == Figures(Survey.CSAT, 1, (), (1,))
    assert messages(desk, after)[-1].signals == ("vote", "unverified")
    assert desk.conn.execute("SELECT count(*) FROM customer").fetchone()[0] == 1
    assert desk.conn.execute("SELECT count(*) FROM attr WHERE k = 'eve@elsewhere.example'").fetchone()[0] == 0
    take(desk, answer(desk, ticket, 3, 71, sender="Eve <eve@elsewhere.example>"), answer(desk, ticket, 5, 72))
    assert figures(desk) == Figures(Survey.CSAT, 1, (5,), (3,))


def test_our_reply_after_a_stranger_voted_goes_to_the_customer(desk: Desk) -> None:
    from deskterm import recipients, replies

    ticket, _ = asked(desk)
    take(desk, answer(desk, ticket, 1, sender="Eve <eve@elsewhere.example>", text="Ha.\n"))
    found = messages(desk, ticket)
    last = replies.answered(found)
    assert last is not None and last.sender == DANA
    assert "eve@elsewhere.example" not in recipients.acquainted(found)


@pytest.mark.parametrize(
    "spoiled",
    [
        {"score": 5, "say": 4},
        {"person": "dana@elsewhere.example"},
        {"secret": b"another desk's secret"},
        {"survey": "nps"},
    ],
)
def test_a_forged_vote_is_a_letter_like_any_other(desk: Desk, spoiled: dict[str, object]) -> None:
    ticket, _ = asked(desk)
    secret = spoiled.get("secret", desk.store.secret)
    assert isinstance(secret, bytes)
    word = votes.token(
        secret, Survey.CSAT, int(str(spoiled.get("score", 5))), ticket=ticket.id,
        person=str(spoiled.get("person", "dana@acme.example")),
    )  # fmt: skip
    if "say" in spoiled:
        word = word.replace("csat.5.", "csat.4.")
    if "survey" in spoiled:
        word = word.replace("csat", "nps")
    take(desk, letter(70, sender=DANA, subject=f"My answer ({word})", text=" "))
    assert csat(desk, ticket) is None and figures(desk).scores == () and figures(desk).unverified == ()
    assert len(all_tickets(desk)) == 2, "it is shown to the team"


@pytest.mark.parametrize(
    "how",
    [
        {"extra": "Auto-Submitted: auto-replied"},
        {"answers": "letter-1@customers.example", "prefix": "Re: "},
    ],
)
def test_what_repeats_our_token_is_no_vote(desk: Desk, how: dict[str, str]) -> None:
    ticket, _ = asked(desk)
    take(desk, answer(desk, ticket, 5, **how))
    assert csat(desk, ticket) is None and figures(desk).scores == ()


def test_a_vote_nobody_vouches_for_counts_apart(tmp_path: Path, clock: Clock) -> None:
    judged = msgspec.structs.replace(box(), auth_server="mx.us.example")
    with opened(tmp_path / "home", mail_settings(judged), clock) as desk:
        live.open_(desk)
        ticket, _ = asked(desk)
        failed = "Authentication-Results: mx.us.example; dmarc=fail header.from=acme.example"
        take(desk, answer(desk, ticket, 5, extra=failed))
        assert csat(desk, ticket) is None and figures(desk).unverified == (5,)


def test_a_vote_on_a_merged_ticket_goes_where_it_went(desk: Desk) -> None:
    ticket, _ = asked(desk)
    take(desk, letter(2, sender=DANA))
    into = one(desk, "Question 2")
    desk.do(joining.merge(desk.conn, [ticket], into))
    take(desk, answer(desk, ticket, 4))
    assert csat(desk, into) == "4" and csat(desk, ticket) is None
    assert figures(desk) == Figures(Survey.CSAT, 1, (4,)) and len(all_tickets(desk)) == 2


def test_nps_is_asked_and_answered_the_same_way(desk: Desk) -> None:
    ticket, sent = asked(desk, rule=NPS)
    assert desk.text(sent).count("mailto:") == 11
    take(desk, answer(desk, ticket, 10, survey=Survey.NPS))
    assert figures(desk, Survey.NPS) == Figures(Survey.NPS, 1, (10,)) and csat(desk, ticket) is None
    held = desk.conn.execute("SELECT v FROM attr WHERE eid = ? AND k = 'nps'", (ticket.id,)).fetchone()
    assert held[0] == 10


def test_each_ticket_is_asked_about_once(desk: Desk, clock: Clock) -> None:
    ticket, _ = asked(desk)
    rules = works(desk)
    clock.ahead += 2 * DAY
    desk.do(acts.status([ticket], Status.OPEN))
    desk.do(acts.status([one(desk, "Question 1")], Status.SOLVED))
    assert rules.run() == 0 and len([m for m in messages(desk, ticket) if m.auto]) == 1


def test_a_survey_waits_and_never_leaves_for_a_ticket_that_was_opened_again(desk: Desk, clock: Clock) -> None:
    rules = works(desk, ASK)
    take(desk, letter(1, sender=DANA))
    solved = desk.do(acts.status([one(desk, "Question 1")], Status.SOLVED))
    rules.run()
    (row,) = outbox.unsent(desk.conn)
    assert row.not_before >= desk.now + auto_letters.PATIENCE - 5 and row.html
    desk.undo(solved.receipt.entry)
    assert auto_letters.drop(desk) == 1 and states(desk) == ["called back"]
    clock.ahead += 2 * DAY
    desk.do(acts.status([one(desk, "Question 1")], Status.SOLVED))
    assert rules.run() == 1 and states(desk) == ["called back", "queued"], "it was never asked"


def test_who_may_not_be_asked_today_gets_no_note(desk: Desk) -> None:
    asked(desk)
    rules = works(desk)
    take(desk, letter(2, sender=DANA))
    desk.do(acts.status([one(desk, "Question 2")], Status.SOLVED))
    rules.run()
    second = one(desk, "Question 2")
    assert [m.kind for m in messages(desk, second)] == [Kind.IN]
    why = desk.conn.execute(
        "SELECT v FROM attr WHERE eid = ? AND k = 'unasked-csat'", (second.id,)
    ).fetchone()
    assert "same_day" in why[0]


def test_a_rule_that_asks_is_not_run_over_many_tickets(desk: Desk) -> None:
    ticket, _ = asked(desk)
    with pytest.raises(Refused, match="each once as their ticket is solved"):
        rule_plans.make_rule(desk, arm(desk.doc("rule", "Ask 0")), [ticket.id])


def test_the_pack_of_the_first_day_asks(desk: Desk) -> None:
    rule = read_rule(
        next(doc.body for doc in pack.named("day-one").docs if doc.name == "Ask how we did"), name="x"
    )
    assert rule.survey is Survey.CSAT and rule.answers == 5 and rule.match == "status:solved has:reply"


@pytest.mark.parametrize(
    ("do", "said"),
    [
        ('survey = "stars"', "csat, nps"),
        ('survey = "csat"\nanswers = 6', "from 2 to 5"),
        ('survey = "nps"\nanswers = 5', "eleven"),
        ('survey = "csat"\nreply = "Hello {{ customer.name }}"', "customer.name"),
        ('survey = "csat"\nsubject = "{{ ticket.subject }}"', "ticket.subject"),
    ],
)
def test_a_survey_that_cannot_be_is_refused_in_a_sentence(do: str, said: str) -> None:
    with pytest.raises(DocError, match=said):
        read_rule(f'when = "changed"\n[do]\n{do}\n', name="x")


def test_the_shell_prints_the_figures_of_two_tickets(tmp_path: Path, clock: Clock) -> None:
    home = tmp_path / "home"
    with opened(home, mail_settings(box()), clock) as desk:
        live.open_(desk)
        rules = works(desk, ASK)
        take(desk, letter(1, sender=DANA), letter(2, sender="Lee <lee@beta.example>"))
        first, second = one(desk, "Question 1"), one(desk, "Question 2")
        desk.do(acts.assign([first], "Ana"))
        desk.do(acts.status([first, second], Status.SOLVED))
        assert rules.run() == 2
        left(desk)
        take(
            desk,
            answer(desk, first, 4),
            answer(desk, second, 1, 71, sender="Eve <eve@x.example>", person="lee@beta.example"),
        )
    rows = [
        json.loads(line) for line in ok(home, "survey", "csat", "--by", "agent", "--jsonl").out.splitlines()
    ]
    told = {
        row["name"]: (row["asked"], row["score"], row["mean"], row["rate"], row["unverified"]) for row in rows
    }
    assert told == {
        None: (2, 100.0, 4.0, 50.0, [1]),
        "Ana": (1, 100.0, 4.0, 100.0, []),
        "nobody": (1, None, None, 0.0, [1]),
    }
    assert "CSAT: 4 of 5" in ok(home, "show", "1").out
    assert json.loads(ok(home, "show", "1", "--jsonl").out.splitlines()[0])["csat"] == 4
    assert "CSAT" not in ok(home, "show", "2").out.partition("\n\n")[0]
    said = ok(home, "survey").out
    assert "CSAT  all  100 % (high)  mean 4.0  1 of 2 answered  50 % (high)  1 unverified" in said
    assert call(home, "survey", "nps").code == 3
