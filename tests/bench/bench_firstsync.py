"""A mailbox into an empty home until its queue can be searched, beside what else copies and indexes mail.

In one run, on one Maildir behind a real Dovecot: the floor (fetch and throw away), deskterm, and `mbsync`
(durable, as it comes) with `notmuch new` where they are installed. `make bench WHAT=firstsync N=10000`, or
`FROM=DIR` for the letters of a Maildir of yours: how long an index takes depends on its words.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from channels.imap.receive import Mailbox
from deskterm import tidying
from tests.bench.bench_sync import USER, into_a_desk, letters, size_of, thrown_away
from tests.rigs.dovecot import PASSWORD, Dovecot, installed

LETTERS = 2_000
LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Run:
    """What one way of reading the mailbox took."""

    name: str
    seconds: float
    cpu: float
    """Seconds of all its processes; 0 where it was not asked."""
    peak: int
    """Bytes resident of all its processes together, at their highest."""
    own: int
    """The same without pages of files, which the system may take back at any time."""
    disk: int
    """Bytes of what it left."""


def descendants(root: int) -> list[int]:
    """The process and all below it, as /proc has them now."""
    below: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
            below.setdefault(parent, []).append(int(entry.name))
    found = [root]
    for pid in found:
        found += below.get(pid, ())
    return found


def resident(root: int) -> tuple[int, int]:
    """Bytes of memory a process and those below it hold now, and those of them that are no file's."""
    total = files = 0
    for pid in descendants(root):
        try:
            pages, shared = Path(f"/proc/{pid}/statm").read_text().split()[1:3]
        except (OSError, ValueError):
            continue
        total += int(pages) * os.sysconf("SC_PAGE_SIZE")
        files += int(shared) * os.sysconf("SC_PAGE_SIZE")
    return total, total - files


def measured(name: str, command: Sequence[str], *, left: Path, env: dict[str, str] | None = None) -> Run:
    """Run a command to its end and look at its memory all the while. Raises CalledProcessError."""
    begun, before = time.perf_counter(), os.times()
    process = subprocess.Popen(command, env={**os.environ, **(env or {})}, stdout=subprocess.DEVNULL)
    peak = [0, 0]
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(LOOK_SECONDS):
            peak[:] = map(max, peak, resident(process.pid))

    watcher = threading.Thread(target=look)
    watcher.start()
    code = process.wait()
    seconds, after = time.perf_counter() - begun, os.times()
    ended.set()
    watcher.join()
    if code:
        raise subprocess.CalledProcessError(code, command)
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Run(name, seconds, cpu, peak[0], peak[1], size_of(left)[0])


def timed(name: str, work: Callable[[], int], *, expected: int) -> Run:
    begun = time.perf_counter()
    assert work() == expected
    return Run(name, time.perf_counter() - begun, 0.0, 0, 0, 0)


def own_fetch(server: Dovecot) -> int:
    """Our own reader, its letters thrown away."""
    with Mailbox(server.account(USER), server.secret) as mailbox:
        mailbox.open("INBOX")
        return sum(len(batch) for batch in mailbox.fetch(mailbox.uids()))


def desk(server: Dovecot, home: Path) -> Run:
    """deskterm in a process of its own, as a person would start it."""
    command = [sys.executable, "-m", "tests.bench.bench_firstsync", str(server.port), str(home)]
    return measured("deskterm", command, left=home)


def mbsync(server: Dovecot, folder: Path, *, durable: bool) -> Run:
    """A copy of the mailbox as a Maildir, each file synced unless told otherwise."""
    folder.mkdir()
    (folder / "conf").write_text(
        f"FSync {'yes' if durable else 'no'}\n\n"
        f"IMAPAccount a\nHost 127.0.0.1\nPort {server.port}\nUser {USER}\nPass {PASSWORD}\n"
        "SSLType None\nAuthMechs LOGIN\n\n"
        "IMAPStore far\nAccount a\n\n"
        f"MaildirStore near\nPath {folder}/mail/\nInbox {folder}/mail/INBOX\nSubFolders Verbatim\n\n"
        "Channel c\nFar :far:\nNear :near:\nPatterns INBOX\nCreate Near\nSync Pull\nSyncState *\n"
    )
    (folder / "mail").mkdir()
    name = "mbsync" if durable else "mbsync, no fsync"
    return measured(name, ["mbsync", "-qq", "-c", str(folder / "conf"), "-a"], left=folder / "mail")


def notmuch(folder: Path) -> Run:
    """The index of the Maildir that mbsync made."""
    conf = folder / "notmuch"
    conf.write_text(f"[database]\npath={folder}/mail\n[new]\ntags=new\n[user]\nprimary_email=a@b.example\n")
    env = {"NOTMUCH_CONFIG": str(conf), "HOME": str(folder)}
    return measured("notmuch new", ["notmuch", "new", "--quiet"], left=folder / "mail" / ".notmuch", env=env)


def runs(server: Dovecot, folder: Path, *, count: int) -> list[Run]:
    """Every way that can be measured here, the floor first."""
    done = [
        timed("own fetch, thrown away", lambda: own_fetch(server), expected=count),
        timed("imapclient, thrown away", lambda: thrown_away(server), expected=count),
        desk(server, folder / "desk"),
    ]
    if shutil.which("mbsync") is None:
        print("mbsync is not installed (Debian: isync); not measured")
        return done
    done.append(mbsync(server, folder / "fast", durable=False))
    done.append(mbsync(server, folder / "safe", durable=True))
    shutil.rmtree(folder / "fast")
    if shutil.which("notmuch") is None:
        print("notmuch is not installed; not measured")
        return done
    return [*done, notmuch(folder / "safe")]


def shown(done: Sequence[Run], *, count: int, mail: int) -> None:
    """Print the table and the ratios of the budget. `mail` is the size of the Maildir."""
    for run in done:
        said = f"  {run.name:26s}{run.seconds:8.2f} s {count / run.seconds:8.0f} letters/s"
        said += f"  {run.cpu / count * 1e6:6.0f} us CPU a letter" if run.cpu else ""
        said += _sizes(run) if run.peak else ""
        print(said)
    took = {run.name: run.seconds for run in done}
    ours = took["deskterm"]
    disk = next(run.disk for run in done if run.name == "deskterm")
    print(f"  the desk takes {disk / mail:.2f} times the bytes of the Maildir (budget 1)")
    print(f"  deskterm takes {ours / took['own fetch, thrown away']:.1f} times the floor")
    index = took.get("notmuch new")
    for name, alone, both in (("mbsync", " (budget 2)", ""), ("mbsync, no fsync", "", " (budget 10)")):
        if name in took:
            print(f"  {took[name] / ours:.2f} times as fast as {name} alone{alone}")
            if index is not None:
                print(f"  {(took[name] + index) / ours:.2f} times as fast as {name} and notmuch new{both}")


def _sizes(run: Run) -> str:
    peak = f"  peak {run.peak / 1e6:5.0f} MB ({run.own / 1e6:.0f} without pages of files)"
    return f"{peak}  disk {run.disk / 1e6:7.1f} MB"


def main() -> None:
    """Print all figures for N letters (from the environment)."""
    own = os.environ.get("FROM")
    paths = sorted(path for folder in ("cur", "new") for path in Path(own, folder).iterdir()) if own else []
    count = len(paths) or int(os.environ.get("N") or LETTERS)
    some = (path.read_bytes() for path in paths) if paths else letters(count)
    if not installed() or not Path("/proc").is_dir():
        print("firstsync: needs Dovecot and /proc; nothing was measured")
        return
    server = Dovecot()
    with tempfile.TemporaryDirectory() as folder:
        try:
            maildir = server.user(USER)
            server.fill(USER, some)
            mail = size_of(maildir / "cur")[0]
            # The first look makes Dovecot write its own index of the folder.
            thrown_away(server)
            print(f"first sync of {count:,} letters, {mail / 1e6:.1f} MB in the Maildir", flush=True)
            shown(runs(server, Path(folder), count=count), count=count, mail=mail)
        finally:
            server.stop()


if __name__ == "__main__":
    if len(sys.argv) == 3:
        tidying.for_a_verb()
        into_a_desk(int(sys.argv[1]), Path(sys.argv[2]))
    else:
        main()
