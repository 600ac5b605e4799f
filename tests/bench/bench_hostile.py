"""Hostile letters through the process that reads them: seconds and peak memory, beside its limits.

The floor is the same process reading an ordinary letter. Peak memory is that of the process so far.
"""

from __future__ import annotations

import base64
import time
from pathlib import Path

from channels.errors import UnreadableLetter
from channels.mime import limits
from channels.mime.guard import Worker

CASES = {
    "ordinary (the floor)": lambda: b"From: a@b.example\nSubject: s\n\nHello.\n",
    "P03 a million parts": lambda: b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n\n" * 10**6,
    "P04 280 KB of words": lambda: b"Subject: " + b"=?utf-8?b?w6k=?= " * 16_000 + b"\n\nx",
    "P04 600 KB of people": lambda: b"To: " + b"someone@example.org, " * 30_000 + b"\n\nx",
    "P06 3,000 levels": lambda: b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3_000)
    ),
    "P08 100 MB attachment": lambda: (
        b"Content-Type: application/x; name=a\nContent-Transfer-Encoding: base64\n\n"
        + base64.encodebytes(bytes(100_000_000))
    ),
    "P09 50 MB line": lambda: b"Subject: s\n\n" + b"x" * 50_000_000,
    "P22 100,000 events": lambda: (
        b"Content-Type: text/calendar\n\nBEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\nEND:VEVENT\n" * 10**5
    ),
}


def main() -> None:
    """Print a line for each case."""
    for name, make in CASES.items():
        raw = make()
        worker = Worker()
        worker.read(b"From: a@b.example\n\nx")
        start, said = time.perf_counter(), "read"
        try:
            worker.read(raw)
        except UnreadableLetter as error:
            said = str(error)
        spent = time.perf_counter() - start
        print(f"  {name:22} {spent:6.2f} s of {limits.WORKER_SECONDS:g}   {memory(worker)}   {said}")
        worker.close()


def memory(worker: Worker) -> str:
    """The peak of the process in MB, where the system tells it."""
    status = Path(f"/proc/{worker.process.pid}/status") if worker.process is not None else Path()
    if not status.is_file():
        return "      - MB"
    peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return f"{int(peak.split()[1]) // 1000:7} MB"


if __name__ == "__main__":
    main()
