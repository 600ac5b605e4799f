"""Tales that are late or due within the hour: the top of the queue."""

from __future__ import annotations

from deskterm.demo import files
from deskterm.demo.company import (
    ANN,
    BEN,
    CLARA,
    DANA,
    GRACE,
    JOY,
    KESTREL_OPS,
    LIN,
    MAREK,
    MIGUEL,
    PRIYA,
    TOMAS,
)
from deskterm.demo.tale import Mail, Note, Reply, Tale

EXPORT_LOG = files.log(
    "export.log",
    "08:24:10 export 7731 started, 48212 rows, june-orders.csv",
    "08:24:31 wrote 10000 rows",
    "08:24:52 wrote 20000 rows",
    "08:25:13 wrote 30000 rows",
    "08:25:15 worker stopped: time limit of 65 s reached",
    "08:25:15 export 7731 failed at 64%",
)

TALES = (
    Tale(
        "export-stops",
        DANA,
        "Export fails after 2.3",
        (
            Mail(
                """Hi,

                since the 2.3 upgrade every export of more than 10k rows stops at 64%. We need the June file
                for our auditors by noon, so this one hurts.

                Log and a screenshot are attached. Small exports still work.""",
                files=(EXPORT_LOG, files.png("screen.png")),
            ),
            Note("Same as the one Orbis had last month? The time limit in the log is new. Asked Ann.", 21),
            Note(
                "Yes: 2.3 lowered the worker limit from 600 s to 65 s. Bug TB-381, fix is in review.", 19, ANN
            ),
            Mail("Any news? Our call with the auditors is at 11.", 18),
        ),
        due=-12,
        priority=1,
        type="bug",
        agent=MAREK,
        tags=("export", "2.3"),
    ),
    Tale(
        "webhooks-500",
        KESTREL_OPS,
        "Webhooks return 500 since 09:10",
        (
            Mail(
                """Automatic alert from kestrel-monitor.

                - endpoint: https://hooks.kestrelfoods.example/tallybrook
                - deliveries failed: 212 of 212 in the last 20 minutes
                - last answer: 500, "signature missing"

                A person reads replies to this address."""
            ),
            Note("Signature header is gone from their deliveries. Key rotated last night?", 12, TOMAS),
        ),
        due=9,
        priority=1,
        type="bug",
        agent=MAREK,
        tags=("webhooks",),
    ),
    Tale(
        "invoice-vat",
        JOY,
        "Invoice shows wrong VAT",
        (
            Mail(
                """Hello,

                invoice TB-2209 charges 19% VAT, but our Dublin office has been on reverse charge since
                March. Could you correct it before our payment run this afternoon? The invoice is attached.

                Thank you!""",
                files=(
                    files.pdf(
                        "TB-2209.pdf", "Tallybrook invoice TB-2209", "240 seats, June", "VAT 19%: 3,356.00"
                    ),
                ),
            ),
        ),
        due=31,
        priority=2,
        type="billing",
        agent=MAREK,
        tags=("invoice", "vat"),
    ),
    Tale(
        "sso-loop",
        LIN,
        "SSO loop on Safari",
        (
            Mail(
                """Hi team,

                our people on Safari 19 end in a redirect loop after signing in with our identity provider.
                Chrome and Firefox are fine. It began on Monday, 31 colleagues are affected.

                I can share a HAR file if you tell me where to put it."""
            ),
        ),
        due=48,
        priority=2,
        type="bug",
        agent=MAREK,
        tags=("sso",),
    ),
    Tale(
        "stock-negative",
        BEN,
        "Stock goes negative after a scanner sync",
        (
            Mail(
                """Two of our warehouses show negative stock for about forty articles after the handheld
                scanners synced this morning. Counting again does not help: the next sync subtracts twice.

                Article 4711-B is a good example. It says -86, there are 14 on the shelf."""
            ),
            Reply(
                """Hi Ben,

                thank you for the example, I can see the double booking. Please keep the scanners
                offline for
                now; nothing is lost, they hold their counts. I am on it with our stock team.""",
                22,
                TOMAS,
            ),
            Mail("Scanners are off. We are counting on paper, so the sooner the better.", 16),
        ),
        due=17,
        priority=1,
        type="bug",
        agent=TOMAS,
        tags=("stock", "scanner"),
        group="tier2",
    ),
    Tale(
        "angry-cancel",
        GRACE,
        "THIRD time I am asking. Cancel our account.",
        (
            Mail(
                """I have now explained the same thing to three different people and I am done explaining.

                Our clinic could not print delivery notes for TWO DAYS. Nobody called back. The "known
                issue"
                page says everything is fine. It is NOT fine.

                Either somebody who can decide something phones me today, or you cancel the contract for all
                four sites. Purchasing knows about this letter.""",
                html="<p>I have now explained the same thing to <b>three different people</b> and I am "
                "done "
                "explaining.</p><p>Our clinic could not print delivery notes for <b "
                'style="color:red">TWO DAYS'
                "</b>. Nobody called back.</p><p>Either somebody who can decide something phones me "
                "<u>today</u>, "
                "or you cancel the contract for all four sites.</p>",
            ),
            Note("I know her from onboarding. I will phone at 11 and offer the June fee back.", 35, ANN),
        ),
        due=-26,
        priority=2,
        type="account",
        agent=ANN,
        tags=("churn-risk", "printing"),
    ),
    Tale(
        "seats-downgrade",
        MIGUEL,
        "Still charged for 12 seats",
        (
            Mail(
                """Good morning,

                in April we went down from 12 to 8 seats, you confirmed it, and yet the invoices still say
                twelve. Three months now. Please have a look, and please do not send me to the help page."""
            ),
            Reply("Bom dia Miguel, I am sorry. I am checking with billing what went wrong in April.", 50),
            Mail("And? The direct debit goes off tomorrow.", 400),
        ),
        due=-4,
        type="billing",
        agent=MAREK,
        tags=("billing", "seats"),
    ),
    Tale(
        "api-429",
        PRIYA,
        "API answers 429 although we are under the limit",
        (
            Mail(
                """Hello,

                our nightly job gets 429 after about 300 calls. The documentation says 600 a minute for our
                plan. One request id for you: req_8f3a0c71.

                It is not urgent until tonight, when the job runs again."""
            ),
        ),
        due=38,
        priority=2,
        type="bug",
        tags=("api",),
    ),
    Tale(
        "price-list",
        CLARA,
        "Preisliste: Umlaute kaputt / price list shows Ã¤ instead of ä",
        (
            Mail(
                """Grüezi,

                die importierte Preisliste zeigt überall Ã¤, Ã¶ und Ã¼. Unsere Händler sehen das seit heute
                früh im Shop. Die Datei hängt an, sie kommt aus Excel.

                In English: the imported price list shows broken umlauts and dealers can see it.""",
                files=(
                    files.csv(
                        "preisliste.csv",
                        (("Artikel", "Bezeichnung", "Preis"), ("L-104", "Hängeleuchte, weiß", "129,00")),
                        charset="latin-1",
                    ),
                ),
            ),
        ),
        due=54,
        priority=2,
        tags=("import", "encoding"),
    ),
)
