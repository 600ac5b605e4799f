"""Accounts by hand and from a table: what is kept, whom they take in, and what is refused in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm import accounts
from deskterm.config import Settings, save
from store.log import rebuild
from store.log.entry import Change
from tests.deskterm.shell import call, ok
from tests.rigs.mail import letter, one, opened, take


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Two letters from customers.example, one from elsewhere."""
    home = tmp_path / "home"
    with opened(home, Settings(agent="Ana")) as desk:
        save(home, desk.settings)
        take(desk, letter(1), letter(2), letter(3, sender="Eve <eve@else.example>"))
    return home


def test_an_account_is_made_takes_in_its_customers_and_is_taken_back(home: Path) -> None:
    assert call(home, "account").code == 3
    facts = (
        "domain=Customers.example",
        "tier=enterprise",
        "arr=212,000",
        "csm=Ann Weber",
        "renewal=2027-01-31",
    )
    shown = ok(home, "account", "set", "Acme", "Ltd", *facts, "--dry-run").out
    assert "new Acme Ltd" in shown and "2 customers of its domain would belong to it" in shown
    assert call(home, "account").code == 3
    ok(home, "account", "set", "Acme", "Ltd", *facts)
    (kept,) = ok(home, "account", "--jsonl").objects
    assert (kept["domain"], kept["arr"], kept["csm"]) == ("customers.example", 212_000, "Ann Weber")
    assert {int(str(t["number"])) for t in ok(home, "ls", "account.tier:enterprise", "--jsonl").objects} == {
        1,
        2,
    }
    assert "1 of 1 accounts are complete" in call(home, "sla", "tiers").out
    with opened(home, Settings(agent="Ana")) as desk:
        take(desk, letter(4))
        assert desk.ticket("4").customer != one(desk, "Question 3").customer
    assert {int(str(t["number"])) for t in ok(home, "ls", "account:acme", "--jsonl").objects} == {1, 2, 4}
    ok(home, "account", "set", "acme ltd", "tier=", "arr=250000")
    (kept,) = ok(home, "account", "--jsonl").objects
    assert (kept["name"], kept["tier"], kept["arr"]) == ("Acme Ltd", None, 250_000)
    assert "Nothing to change" in ok(home, "account", "set", "Acme Ltd", "arr=250000").err
    ok(home, "undo")
    assert "tier enterprise" in ok(home, "account").out


def test_a_table_is_taken_in_whole_or_not_at_all(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "crm.csv"
    file.write_text(
        '\ufeffName,Tier,ARR,Renewal,Domain\nAcme,smb,"12,000",2027-03-01,customers.example\n\nBolt,,,,\n'
    )
    assert "2 accounts would change" in ok(home, "account", "import", str(file), "--dry-run").err
    ok(home, "account", "import", str(file))
    rows = ok(home, "account").out.splitlines()
    assert rows[0].startswith(
        "Acme  domain customers.example  tier smb  arr 12,000  no csm  renewal 2027-03-01"
    )
    assert rows[1].startswith("Bolt  no domain")
    assert "Nothing to change" in ok(home, "account", "import", str(file)).err
    ok(home, "undo")
    assert call(home, "account").code == 3
    with opened(home, Settings(agent="Ana")) as desk:
        before = rebuild.digest(desk.conn)
        for text, words in (
            ("tier\nsmb\n", "first line has to name the columns"),
            ("name,name\nA,B\n", "each once"),
            ("name,colour\nA,red\n", "Line 2: Nothing about an account is called"),
            ("name,arr\nA,1\nB,many\n", "Line 3: arr has to be"),
            ("name,arr\nA\n", "Line 2 has 1 cells"),
            ("name,domain\nA,a.example\nB,a.example\n", "The domain a.example of B belongs to A"),
            ('name\n"A\n', "is no table"),
            ("", "first line"),
            ("name\n", "no account in"),
        ):
            file.write_text(text)
            refused = call(home, "account", "import", str(file))
            assert refused.code and words in refused.err, (text, refused)
            assert rebuild.digest(desk.conn) == before, text
        file.write_bytes(b"name\n\xff\n")
        assert "not UTF-8" in call(home, "account", "import", str(file)).err


def test_a_revenue_of_nothing_is_kept_and_shown(home: Path) -> None:
    ok(home, "account", "set", "Acme", "arr=0")
    assert "arr 0" in ok(home, "account").out
    assert "Nothing to change" in ok(home, "account", "set", "Acme", "arr=0").err


def test_who_belonged_to_a_domain_that_is_forgotten_joins_nobody(home: Path) -> None:
    ok(home, "account", "set", "Acme", "domain=customers.example")
    with opened(home, Settings(agent="Ana")) as desk, desk.store.write() as tx:
        tx.commit([Change(one(desk, "Question 1").customer, "account", None)], actor="Ana", kind="edit")
    assert "1 customer of its domain" in ok(home, "account", "set", "Acme", "tier=smb", "--dry-run").out
    assert "of its domain" not in ok(home, "account", "set", "Acme", "domain=", "--dry-run").out
    ok(home, "account", "set", "Acme", "domain=")
    assert {int(str(t["number"])) for t in ok(home, "ls", "account:acme", "--jsonl").objects} == {2}


def test_a_table_of_many_looks_through_the_customers_once(home: Path) -> None:
    with opened(home, Settings(agent="Ana")) as desk:
        asked: list[str] = []
        desk.conn.set_trace_callback(asked.append)
        accounts.steps(desk.conn, [{"name": f"N{n}", "domain": f"d{n}.example"} for n in range(50)])
        desk.conn.set_trace_callback(None)
    assert sum("FROM customer" in one for one in asked) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["domain=a.example"], "needs a name"),
        (["A" * 300], "needs a name"),
        (["A", "size=3"], "there are: domain, tier, arr"),
        (["A", "arr=-3"], "arr has to be a whole number"),
        (["A", "arr=1e9"], "arr has to be a whole number"),
        (["A", "renewal=soon"], "renewal has to be a day"),
        (["A", "renewal=9999-99-99"], "renewal has to be a day"),
        (["A", "domain=a b"], "domain has to be one such as"),
        (["A", "domain=https://a.example"], "domain has to be one such as"),
        (["A", "tier=" + "x" * 300], "tier may have up to"),
        (["B", "domain=customers.example"], "belongs to Acme"),
        (["Acme", "csm=Ana", "Ruiz"], "stands after a fact"),
    ],
)
def test_what_is_no_fact_is_a_sentence(home: Path, words: list[str], said: str) -> None:
    ok(home, "account", "set", "Acme", "domain=customers.example")
    refused = call(home, "account", "set", *words)
    assert refused.code == 4 and said in refused.err
    assert len(ok(home, "account").out.splitlines()) == 1
