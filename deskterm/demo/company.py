"""The practice desk's company: who works there, who its customers are, its hours and its docs.

Made up, every address under `.example`. Dates are relative to the moment handed in.
"""

from __future__ import annotations

from msgspec import Struct

from store.rules.calendars import read_calendar
from store.rules.hours import Hours

NAME = "Tallybrook"
"""Orders, stock and invoices for wholesalers, in the browser."""

SUPPORT = "help@tallybrook.example"

DAY = 86_400


class Colleague(Struct, frozen=True):
    name: str
    """What tickets and queries call them."""
    full_name: str
    email: str
    role: str


MAREK = Colleague("Marek", "Marek Novak", "marek@tallybrook.example", "agent")
"""Whoever tries the practice desk is Marek."""
ANN = Colleague("Ann", "Ann Weber", "ann@tallybrook.example", "admin")
TOMAS = Colleague("Tomas", "Tomas Lind", "tomas@tallybrook.example", "agent")
COLLEAGUES = (MAREK, ANN, TOMAS)


class Company(Struct, frozen=True):
    name: str
    domain: str
    tier: str
    arr: int
    """Yearly revenue in whole dollars."""
    csm: str
    renews_in: int
    """Days from the practice desk's now."""
    plan: str

    def renewal(self, now: int) -> int:
        """The day the contract renews, Unix seconds."""
        return now - now % DAY + self.renews_in * DAY


KESTREL = Company(
    "Kestrel Foods", "kestrelfoods.example", "Enterprise", 212_000, "Ann Weber", 15, "Scale, 240 seats"
)
ORBIS = Company(
    "Orbis Freight", "orbisfreight.example", "Enterprise", 148_000, "Ann Weber", 96, "Scale, 160 seats"
)
SATO = Company(
    "Sato Instruments", "sato-instruments.example", "Growth", 61_500, "Tomas Lind", 203, "Team, 70 seats"
)
LUMEN = Company(
    "Lumen & Daughters", "lumendaughters.example", "Growth", 46_000, "Tomas Lind", 41, "Team, 52 seats"
)
BRIGHT = Company(
    "Bright Harbor Clinics", "brightharbor.example", "Growth", 38_400, "Tomas Lind", 300, "Team, 40 seats"
)
DUARTE = Company("Casa Duarte", "casaduarte.example", "Starter", 9_600, "", 7, "Solo, 8 seats")
ACCOUNTS = (KESTREL, ORBIS, SATO, LUMEN, BRIGHT, DUARTE)


class Person(Struct, frozen=True):
    name: str
    email: str
    sign: str = ""
    """Signature below `-- `, or empty."""
    quoting: str = ""
    """How their mail program quotes: `below`, `block` or not at all."""
    zone: int = 0
    """Minutes east of UTC on their letters."""
    company: Company | None = None


def _of(
    company: Company | None, name: str, box: str, sign: str = "", quoting: str = "", zone: int = 0
) -> Person:
    domain = company.domain if company else "postbox.example"
    return Person(name, f"{box}@{domain}", sign, quoting, zone, company)


DANA = _of(KESTREL, "Dana Reyes", "dana", "Dana Reyes\nOperations Lead, Kestrel Foods", "below", -300)
JOY = _of(KESTREL, "Joy Okafor", "j.okafor", "Joy Okafor | Finance | Kestrel Foods", "block", -300)
BEN = _of(KESTREL, "Ben Whitlock", "ben.whitlock", "Ben, Kestrel IT", "below", -300)
KESTREL_OPS = _of(KESTREL, "Kestrel ops", "ops", "", "", -300)

LIN = _of(ORBIS, "Lin Wei", "lin.wei", "Lin Wei\nPlatform team, Orbis Freight", "below", 480)
PRIYA = _of(ORBIS, "Priya Nair", "priya.nair", "Priya Nair, Orbis Freight, Data", "block", 330)
TOM = _of(ORBIS, "Tom Hale", "tom.hale", "Tom", "below", 0)
OMAR = _of(ORBIS, "عمر حداد", "omar.haddad", "عمر حداد\nأوربس للشحن", "", 180)

YUKI = _of(SATO, "佐藤 由紀", "y.sato", "株式会社サトー計測\n経理部 佐藤 由紀", "", 540)
KEN = _of(SATO, "Ken Tanaka", "k.tanaka", "Ken Tanaka / Sato Instruments", "below", 540)
MIKA = _of(SATO, "Mika Mori", "m.mori", "Mika", "below", 540)

CLARA = _of(LUMEN, "Clara Vögele", "clara", "Clara Vögele\nLumen & Daughters, Zürich", "block", 60)
SOREN = _of(LUMEN, "Søren Kjær", "soren", "Søren", "below", 60)
ANAIS = _of(LUMEN, "Anaïs Lefèvre", "anais", "Anaïs Lefèvre, achats", "below", 60)

COLE = _of(BRIGHT, "R. Cole", "r.cole", "R. Cole, Bright Harbor IT", "block", -480)
NOA = _of(BRIGHT, "נועה לוי", "noa.levi", "נועה לוי\nברייט הרבור", "", 120)
SAM = _of(BRIGHT, "Sam Kimani", "sam.kimani", "Sam K.", "below", 180)
GRACE = _of(BRIGHT, "Grace Lindqvist", "grace", "Grace Lindqvist, Clinic Manager", "below", -480)

MIGUEL = _of(DUARTE, "Miguel Duarte", "miguel", "Miguel Duarte\nCasa Duarte, Porto", "below", 0)
INES = _of(DUARTE, "Inês Duarte", "ines", "Inês", "below", 0)

IGOR = _of(None, "Игорь Соколов", "igor.sokolov", "С уважением,\nИгорь", "", 180)
PAT = _of(None, "Pat Quill", "pat.quill", "", "below", -300)
THEO = _of(None, "Theo Brandt", "theo.brandt", "Theo", "below", 60)
ELLEN = _of(None, "Ellen Marsh", "ellen.marsh", "Ellen Marsh\nfreelance bookkeeper", "below", 0)
ROSA = _of(None, "Rosa Íñiguez", "rosa", "Rosa", "below", 60)
RASH = _of(None, "", "b2b", "", "", 0)

CUSTOMERS = (
    DANA, JOY, BEN, KESTREL_OPS, LIN, PRIYA, TOM, OMAR, YUKI, KEN, MIKA, CLARA, SOREN, ANAIS, COLE, NOA, SAM,
    GRACE, MIGUEL, INES, IGOR, PAT, THEO, ELLEN, ROSA, RASH,
)  # fmt: skip

HOURS = """\
# Tallybrook's desk is open on weekdays.
zone = "UTC"

[week]
mon-fri = "09:00-18:00"
"""

QUEUES = (
    ("Mine", "is:active assignee:me"),
    ("Unassigned", "is:active assignee:none"),
    ("Team", "is:active"),
    ("Waiting", "is:waiting"),
    ("Snoozed", "is:snoozed"),
    ("All open", "is:open"),
)
"""Names and queries of the tabs, in order."""

RULE_NAME = "Tag refunds"
RULE = """\
# Every letter that speaks of a refund gets a tag, so that the queue "Refunds" finds it.
when = "received"
match = "refund OR chargeback"

[do]
tags = ["refund"]
"""

MORNING = 10 * 3600 + 40 * 60
"""Seconds after midnight UTC at which the practice desk's day begins: some work done, plenty left."""


def opening(now: int) -> int:
    """The latest 10:40 of an open day at or before `now`: where the practice desk's clock starts."""
    hours = Hours(read_calendar(HOURS))
    morning = now - now % DAY + MORNING
    while morning > now or not hours.is_open(morning):
        morning -= DAY
    return morning
