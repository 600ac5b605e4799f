"""Quotes and signatures: what folds, what stays, and that time grows with the text only."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.mime.quotes import folds


def kinds(text: str) -> str:
    """One letter a line: `q` quoted, `s` signature, `.` what the sender wrote."""
    marks = ["."] * len(text.split("\n"))
    for fold in folds(text):
        for n in range(fold.first, fold.last + 1):
            marks[n] = fold.kind
    return "".join(marks)


HEADS = [
    "On Mon, 3 May 2021 at 10:05, Anna Berg <anna@x.example> wrote:",
    "On Mon, 3 May 2021 at 10:05, Anna Berg\n<anna@x.example>\nwrote:",
    "Am 03.05.2021 um 10:05 schrieb Anna Berg <anna@x.example>:",
    "Anna Berg <anna@x.example> schrieb am Mo., 3. Mai 2021, 10:05:",
    "Le lun. 3 mai 2021 à 10:05, Anna Berg <anna@x.example> a écrit :",
    "El lun, 3 may 2021 a las 10:05, Anna Berg (<anna@x.example>) escribió:",
    "Em seg., 3 de mai. de 2021 às 10:05, Anna Berg <anna@x.example> escreveu:",
    "Il giorno lun 3 mag 2021 alle ore 10:05 Anna Berg <anna@x.example> ha scritto:",
    "Op ma 3 mei 2021 om 10:05 schreef Anna Berg <anna@x.example>:",
    "Den mån 3 maj 2021 kl 10:05 skrev Anna Berg <anna@x.example>:",
    "pon., 3 maj 2021 o 10:05 Anna Berg <anna@x.example> napisał(a):",
    "po 3. 5. 2021 v 10:05 odesílatel Anna Berg <anna@x.example> napsal:",
    "пн, 3 мая 2021 г. в 10:05, Anna Berg <anna@x.example>:",
    "3 мая 2021 г. 10:05 пользователь Anna Berg написал:",
    "Anna Berg <anna@x.example>, 3 May 2021 Pzt, 10:05 tarihinde şunu yazdı:",
    "2021年5月3日(月) 10:05 Anna Berg <anna@x.example>:",
    "Anna Berg <anna@x.example> 于2021年5月3日周一 上午10:05写道：",
    "2021년 5월 3일 (월) 오전 10:05, Anna Berg <anna@x.example>님이 작성:",
    "---- On Mon, 03 May 2021 10:05:00 +0200 Anna <anna@x.example> wrote ----",
]


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("mark", ["> ", ""])
def test_heads_of_quotes_in_many_languages(head: str, mark: str) -> None:
    count = len(head.split("\n"))
    text = f"My answer.\n\n{head}\n\n{mark}The old text.\n{mark}More of it."
    assert kinds(text) == ".." + "q" * (count + 3)


@pytest.mark.parametrize(
    "line",
    [
        "As I wrote on 12 May 2021:",
        "On Monday I wrote:",
        "On 3 May 2021 at 10:05 I wrote:",
        "These are the steps:",
        "The times are 10:05, 11:20 and:",
        "From: the top of the hill, it looks fine",
        "To: do tomorrow",
        "Sent from our warehouse in Lyon, the parcel should arrive on Monday.",
        "-- and another thing",
        "---",
        "> ",
    ],
)
def test_lines_that_only_look_like_it_stay(line: str) -> None:
    text = f"Hello,\n{line}\nthis is what I meant to say."
    assert "s" not in kinds(text)
    assert kinds(text)[0] + kinds(text)[2] == ".."


@pytest.mark.parametrize(
    "block",
    [
        "From: Anna <anna@x.example>\nSent: Monday, 3 May 2021 10:05\nTo: Desk\nSubject: Help",
        "Von: Anna <anna@x.example>\nGesendet: Montag, 3. Mai 2021 10:05\nAn: Desk\nBetreff: Hilfe",
        "De : Anna <anna@x.example>\nEnvoyé : lundi 3 mai 2021 10:05\nÀ : Desk\nObjet : Aide",
        "*From:* Anna <anna@x.example>\n*Sent:* Monday\n*To:* Desk\n*Subject:* Help",
        "差出人: Anna\n送信日時: 2021年5月3日\n宛先: Desk\n件名: Help",
        "-----Original Message-----\nFrom: Anna",
        "-------- Ursprüngliche Nachricht --------\nVon: Anna",
        "____________________\nFrom: Anna <anna@x.example>\nSent: Monday, 3 May 2021\nTo: Desk",
    ],
)
def test_a_letter_quoted_whole_folds_to_the_end(block: str) -> None:
    text = f"My answer.\n\n{block}\n\nThe old text.\n\nRegards"
    assert kinds(text) == ".." + "q" * (len(text.split("\n")) - 2)


def test_a_forwarded_letter_stays() -> None:
    block = "From: Anna <anna@x.example>\nSent: Monday\nTo: Desk\nSubject: Help\n\nThe text."
    assert set(kinds(block)) == {"."}
    assert set(kinds(f"Please see below.\n\n---------- Forwarded message ---------\n{block}")) == {"."}
    assert folds(f"Please see below.\n\n{block}", forward=True) == ()


def test_answers_between_quotes_keep_their_quotes() -> None:
    text = "On 3 May 2021 at 10:05, Anna <a@x.example> wrote:\n> One?\nYes.\n> Two?\nNo.\n> Bye"
    assert kinds(text) == ".....q"


def test_an_answer_below_the_quote_folds_the_quote() -> None:
    text = "On 3 May 2021 at 10:05, Anna <a@x.example> wrote:\n> One?\n> Two?\n\nYes to both."
    assert kinds(text) == "qqq.."


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nAnna Berg\nBerg GmbH",
        "--\nAnna Berg",
        "Sent from my iPhone",
        "Von meinem iPhone gesendet",
        "Envoyé de mon iPhone",
        "Get Outlook for iOS<https://aka.ms/x>",
        "iPhoneから送信",
        "发自我的 iPhone",
        "___________________\nAnna Berg\nanna@x.example",
    ],
)
def test_signatures_fold_above_the_quote_and_at_the_end(signature: str) -> None:
    count = len(signature.split("\n"))
    assert kinds(f"My answer.\n\n{signature}") == ".." + "s" * count
    quoted = "On 3 May 2021 at 10:05, Anna <a@x.example> wrote:\n> Old."
    assert kinds(f"My answer.\n\n{signature}\n\n{quoted}") == ".." + "s" * count + ".qq"


def test_program_text_between_fences_is_no_quote() -> None:
    assert set(kinds("Look:\n```\n> prompt\n-- \n```\nThanks.")) == {"."}


def test_a_long_text_below_two_dashes_is_no_signature() -> None:
    assert "s" not in kinds("Hello.\n-- \n" + "A sentence that matters.\n" * 60)


TELLING = (
    "> quoted",
    ">> deeper",
    "-- ",
    "Sent from my iPhone",
    "From: a",
    "Sent: b",
    "To: c",
    "",
    "____________",
    "-----Original Message-----",
    "```",
    "Begin forwarded message:",
)
LINES = st.lists(st.one_of(st.text(max_size=40), st.sampled_from([*HEADS, *TELLING])), max_size=40)


@settings(deadline=None)
@given(LINES)
def test_folds_are_spans_in_order_that_never_overlap(lines: list[str]) -> None:
    text = "\n".join(lines)
    found = folds(text)
    count = len(text.split("\n"))
    for fold in found:
        assert 0 <= fold.first <= fold.last < count
        assert fold.kind in "qs"
    for above, below in itertools.pairwise(found):
        assert above.last < below.first


def spent(text: str) -> float:
    start = time.process_time()
    folds(text)
    return time.process_time() - start


@pytest.mark.parametrize(
    "unit",
    [
        "On x x x ",
        "\n",
        "On 3 May 2021 at 10:05, Anna <a@x.example> wrote:\n",
        "On 3 May 2021,\n",
        "> quoted\n\n",
        "> quoted\nanswer\n",
        "-- \n",
        "-- \n\n\n\n",
        "_____\n",
        "_",
        "-",
        "----- Original Message\n",
        "From: a\n",
        "From: a\n\n",
        "Sent from my \n",
        "<a@x.example> wrote:\n",
        "> wrote <\n>:\n",
        "```\n",
        ": ",
        "wrote ",
    ],
)
def test_time_grows_with_the_length_only(unit: str) -> None:
    small, large = unit * (20_000 // len(unit)), unit * (160_000 // len(unit))
    ratio = min(spent(large) for _ in range(3)) / max(1e-4, min(spent(small) for _ in range(3)))
    assert ratio < 32
