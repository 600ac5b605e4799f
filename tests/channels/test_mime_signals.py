"""Which letters may get no automatic answer: marks of RFC 3834 and the de-facto ones, in odd spellings."""

from __future__ import annotations

import pytest

from channels.mime.parse import parse


def automatic(line: str) -> bool:
    sender = "" if line.lower().startswith("from") else "From: a@b.example\n"
    return parse(f"{sender}{line}\nTo: x@y.example\n\nhi\n".encode()).automatic


@pytest.mark.parametrize(
    "line",
    [
        "Auto-Submitted: auto-generated",
        "Auto-Submitted: auto-replied (vacation)",
        'auto-submitted: AUTO-NOTIFIED; owner-email="x"',
        "Auto-Submitted: yes",
        "Precedence: bulk",
        "Precedence: junk",
        "Precedence: Auto_Reply",
        "precedence: LIST",
        "List-Id: <x.example>",
        "List-Unsubscribe: <mailto:a@b>",
        "List-Help: x",
        "List-Post: x",
        "X-Auto-Response-Suppress: All",
        "X-Auto-Response-Suppress: DR, OOF, AutoReply",
        "X-Auto-Response-Suppress: OOF",
        "Return-Path: <>",
        "Return-Path:<>",
        "Return-Path: < >",
        "X-Autoreply: yes",
        "X-Autorespond: x",
        "X-Autoresponder: x",
        "From: MAILER-DAEMON@x.example",
        'From: "x" <mailer-daemon@x.example>',
        "From: owner-list@x.example",
        "From: list-request@x.example",
        "From: LISTSERV@x.example",
        "From: majordomo@x.example",
        "Content-Type: multipart/report; boundary=x",
        "Auto-Submitted: =?utf-8?q?auto-replied?=",
        "Auto-Submitted:\n auto-replied",
        "X-Auto-Response-Suppress:\n OOF,\n AutoReply",
        "Auto-Submitted: (comment) auto-replied",
        "Precedence: first-class, bulk",
        "From: MAILER-DAEMON",
        "From: <MAILER-DAEMON>",
    ],
)
def test_no_automatic_answer_goes_to(line: str) -> None:
    assert automatic(line)


@pytest.mark.parametrize(
    "line",
    [
        "Auto-Submitted: no",
        "Auto-Submitted: No",
        "Auto-Submitted: no (manual)",
        "Auto-Submitted: no; x=y",
        "Precedence: first-class",
        "Precedence: normal",
        "X-Auto-Response-Suppress: None",
        "X-Auto-Response-Suppress: DR, RN, NRN",
        "Return-Path: <a@b>",
        "From: no-reply@x.example",
        "From: requests@x.example",
        "From: downer-list@x.example",
        "Auto-Submitted:",
        "X-Autoreply-From: x",
        "X-List: y",
        "X-Priority: bulk",
        "Subject: Auto-Submitted: auto-replied",
        "X-Auto-Response-Suppress: ",
    ],
)
def test_an_automatic_answer_may_go_to(line: str) -> None:
    assert not automatic(line)
