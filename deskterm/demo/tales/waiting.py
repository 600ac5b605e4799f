"""Tales that wait for a customer, for engineering or for a carrier."""

from __future__ import annotations

from deskterm.demo import files
from deskterm.demo.company import (
    ANN,
    CLARA,
    COLE,
    DANA,
    ELLEN,
    GRACE,
    INES,
    JOY,
    LIN,
    MAREK,
    PAT,
    PRIYA,
    SOREN,
    TOM,
    TOMAS,
)
from deskterm.demo.tale import Mail, Note, Reply, Tale

TALES = (
    Tale(
        "logs-from-client",
        COLE,
        "Nightly sync skips a site",
        (
            Mail("The nightly sync skips our Tacoma site about twice a week, with no error that I can see."),
            Reply(
                """Hi,

                could you send me the file sync.log from the connector's machine after the next skipped
                night?
                It is in the folder "logs" next to the program.""",
                80,
            ),
        ),
        ended=700,
        status="waiting",
        agent=MAREK,
        tags=("sync", "logs"),
    ),
    Tale(
        "har-file",
        LIN,
        "Slow order list for large customers",
        (
            Mail("Opening the orders of customer 118 takes 14 seconds. Others take one."),
            Reply(
                "Thank you, Lin. Could you record a HAR file while it loads? F12, Network, reload, save all.",
                45,
            ),
            Mail("Will do, the colleague who has the account is back on Wednesday.", 120),
            Reply("No rush, I will keep this open.", 25),
        ),
        ended=520,
        status="waiting",
        priority=2,
        agent=MAREK,
        tags=("slow",),
    ),
    Tale(
        "bank-details",
        ELLEN,
        "New bank details for a client of mine",
        (
            Mail(
                "I keep the books for Casa Duarte. They have a new bank account, IBAN below. Please "
                "use it from now on.\n\n  PT50 0002 0123 1234 5678 9015 4"
            ),
            Reply(
                "Thank you, Ellen. As you are not listed as a contact, I have to hear it from "
                "Miguel first. I have written to him.",
                35,
                ANN,
            ),
        ),
        ended=310,
        status="waiting",
        agent=ANN,
        tags=("verify", "billing"),
    ),
    Tale(
        "logo-upload",
        INES,
        "Logo blurry on delivery notes",
        (
            Mail(
                "Our logo looks like a jpeg of a jpeg on the delivery notes. File attached.",
                files=(files.png("logo.png", width=60, height=60, share=1.0),),
            ),
            Reply(
                "It is 60 pixels wide, the note prints it at 5 cm. Do you have it as SVG or at "
                "least 600 pixels?",
                30,
                TOMAS,
            ),
        ),
        ended=1100,
        status="waiting",
        agent=TOMAS,
        tags=("printing",),
    ),
    Tale(
        "trial-extension",
        PAT,
        "Could we have another week of trial?",
        (
            Mail(
                "We lost a week to a flooded warehouse (don't ask). Could the trial run until the "
                "end of next week?"
            ),
            Reply(
                "Gladly, it now ends on Friday week. Tell me how the first orders go, and dry feet to all!",
                28,
            ),
        ),
        ended=860,
        status="waiting",
        agent=MAREK,
        tags=("trial",),
    ),
    Tale(
        "rounding",
        CLARA,
        "Rappenrundung / rounding to 5 centimes",
        (
            Mail("Swiss cash invoices have to end in .00 or .05. Ours end in .03. Where is the switch?"),
            Reply(
                'Settings, Invoices, Currency CHF, "Round to". If you do not see it, tell me your '
                "role, please.",
                44,
            ),
        ),
        ended=90,
        status="waiting",
        agent=MAREK,
        tags=("invoice",),
    ),
    Tale(
        "duplicate-orders",
        TOM,
        "Orders from the shop arrive twice",
        (
            Mail(
                "Since Friday some shop orders come in twice, a second apart. Three so far: 90112, "
                "90145, 90151."
            ),
            Reply(
                "Confirmed on our side: the shop retries when we answer slowly. TB-377 will make us "
                "ignore the second one.",
                90,
            ),
            Note("Engineering plans the fix for the 2.3.2 release. Hold until then.", 15),
        ),
        ended=640,
        status="hold",
        priority=2,
        type="bug",
        agent=MAREK,
        tags=("bug-confirmed", "orders"),
    ),
    Tale(
        "carrier-tariff",
        PRIYA,
        "Carrier tariff 2.1 gives wrong zones",
        (
            Mail(
                "Postcodes 80xx to 82xx fall into zone 4, they should be zone 3. Table attached.",
                files=(files.csv("zones.csv", (("from", "to", "zone"), ("8000", "8299", "3"))),),
            ),
            Note("Sent the table to the carrier's team, they answer within three days.", 50, TOMAS),
        ),
        ended=380,
        status="hold",
        agent=TOMAS,
        tags=("carrier",),
    ),
    Tale(
        "contract-review",
        GRACE,
        "Data processing agreement, our lawyer's remarks",
        (
            Mail(
                "Our lawyer has four remarks on the agreement, all small, all in the attached copy.",
                files=(
                    files.pdf(
                        "dpa-remarks.pdf", "Remarks on the agreement", "1. Clause 4: add sub-processors"
                    ),
                ),
            ),
            Reply("Thank you, Grace. Our counsel looks at it this week.", 65, ANN),
        ),
        ended=900,
        status="hold",
        agent=ANN,
        priority=4,
        tags=("legal",),
    ),
    Tale(
        "payment-file",
        JOY,
        "SEPA file is refused by our bank",
        (
            Mail('Our bank refuses the payment file since yesterday: "unknown schema pain.001.001.09".'),
            Reply(
                "Your bank still wants version 03. I have switched your export back; please try once more.",
                38,
            ),
            Mail(
                "The bank takes it now, thank you. One more thing: can I see who released a file?",
                130,
                cc=(DANA,),
            ),
            Reply(
                'You can: Payments, the file, "Released by". Only people with the finance role see it.', 41
            ),
        ),
        ended=210,
        status="waiting",
        agent=MAREK,
        tags=("payments",),
    ),
    Tale(
        "soren-mobile",
        SOREN,
        "App logs me out every morning",
        (
            Mail("The phone app logs me out every night. Android 16, app 5.1."),
            Reply(
                "Is the battery saver on for the app? It then loses its session. If not, tell me "
                "and I dig deeper.",
                47,
                TOMAS,
            ),
        ),
        ended=450,
        status="waiting",
        agent=TOMAS,
        tags=("app",),
    ),
)
