"""Tales solved this week."""

from __future__ import annotations

from deskterm.demo import files
from deskterm.demo.company import (
    ANN,
    CLARA,
    INES,
    JOY,
    KEN,
    LIN,
    MAREK,
    MIGUEL,
    SOREN,
    TOMAS,
)
from deskterm.demo.tale import Mail, Note, Reply, Tale

TALES = (
    Tale(
        "password-reset",
        INES,
        "Can't log in",
        (
            Mail("Forgot my password, and the reset mail does not come. It is not in spam either."),
            Reply(
                "It was stuck: your address had a typo in it (casadaurte). Corrected, and a new "
                "link is on its way.",
                22,
            ),
            Mail("It works! Obrigada 😊", 9),
        ),
        ended=75,
        status="solved",
        agent=MAREK,
        type="account",
    ),
    Tale(
        "refund-april",
        MIGUEL,
        "Refund for the double charge in April",
        (
            Mail("We were charged twice on April 3. Could you send one of the two back?"),
            Reply("Of course. 96 EUR are on their way, three to five working days.", 41),
            Mail("Arrived. Thank you for the quick help.", 1500),
        ),
        ended=610,
        status="solved",
        agent=MAREK,
        type="billing",
        tags=("refund",),
    ),
    Tale(
        "invoice-copy",
        JOY,
        "Copies of the invoices for Q1",
        (
            Mail("Our auditors need the Q1 invoices as PDF, one file if possible."),
            Reply(
                "Attached as one file, and here is where to find them next time: Billing, "
                'Documents, "Download range".',
                33,
                ANN,
            ),
        ),
        ended=330,
        status="solved",
        agent=ANN,
        type="billing",
        tags=("invoice",),
    ),
    Tale(
        "barcode-font",
        SOREN,
        "Barcodes do not scan",
        (
            Mail(
                "The new labels do not scan. Photo attached.",
                files=(files.png("label.png", width=120, share=0.9),),
            ),
            Reply(
                'The bars are too thin for your printer\'s 203 dpi. Choose "EAN wide" in the label template.',
                57,
                TOMAS,
            ),
            Mail("Scans at once. Thanks!", 200),
        ),
        ended=240,
        status="solved",
        agent=TOMAS,
        tags=("printing",),
    ),
    Tale(
        "import-dates",
        KEN,
        "Dates swapped after import",
        (
            Mail("4 July became 7 April after the import of our delivery dates."),
            Reply(
                "The file has no year first, so we guessed day/month. I have re-imported it as month/day.", 70
            ),
            Mail("Thank you, all 1,204 rows look right.", 420),
        ),
        ended=1700,
        status="solved",
        agent=MAREK,
        tags=("import",),
    ),
    Tale(
        "webhook-retry",
        LIN,
        "How long do you retry webhooks?",
        (
            Mail("If our endpoint is down, how often and how long do you retry?"),
            Reply("For 24 hours, after 1, 5, 15 and 60 minutes and then hourly. Each has the same id.", 50),
        ),
        ended=1250,
        status="solved",
        agent=MAREK,
        tags=("webhooks", "api"),
    ),
    Tale(
        "thanks-only",
        CLARA,
        "Kurz: Danke!",
        (Mail("Die Hilfe gestern am Telefon war grossartig. Danke an Tomas!"), Note("Framed.", 30, TOMAS)),
        ended=520,
        status="solved",
        agent=TOMAS,
        tags=("praise",),
    ),
)
