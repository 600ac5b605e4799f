"""Tales due in the course of the day: the middle of the queue."""

from __future__ import annotations

from deskterm.demo import files
from deskterm.demo.company import (
    ANAIS,
    ANN,
    COLE,
    DANA,
    INES,
    JOY,
    KEN,
    LIN,
    MAREK,
    PRIYA,
    RASH,
    SOREN,
    TOM,
    TOMAS,
    YUKI,
)
from deskterm.demo.tale import Mail, Note, Reply, Tale

TALES = (
    Tale(
        "edi-twelve",
        PRIYA,
        "EDI connection to our carrier, step by step",
        (
            Mail(
                "Hi, we would like to send despatch advices (DESADV) to our carrier from "
                "Tallybrook. Where do we begin?"
            ),
            Reply(
                """Hi Priya,

                good plan. First we need the carrier's EDIFACT guide and a test mailbox. Could you ask them
                for both?""",
                55,
            ),
            Mail(
                "Guide attached, the test mailbox follows.",
                300,
                files=(files.pdf("desadv-guide.pdf", "DESADV D.96A"),),
            ),
            Reply("Thank you. Their guide asks for a GLN per warehouse. Do you have those at hand?", 70),
            Mail("Yes: Leeds 5012345000015, Rotterdam 5012345000022, Gdynia 5012345000039.", 200),
            Reply(
                "All three are in. I have sent a first test message to the mailbox you gave Ann by phone.", 65
            ),
            Mail("They say segment RFF is missing in line groups.", 420),
            Note("RFF+ON is optional in our mapping. Carrier wants it for every line. One checkbox.", 20),
            Reply(
                "Found it: their guide makes RFF+ON mandatory per line. It is switched on now, next "
                "test is sent.",
                45,
            ),
            Mail("That one passed! Now they want to see ten real shipments before going live.", 500),
            Reply(
                "Then let us take this afternoon's Leeds tour. I will watch the log while it goes out.", 60
            ),
            Mail("Perfect. The tour is closed, ten shipments. Could you check your side?", 380),
            Mail("The carrier's desk just called: nine arrived, one is missing. Number 10 of the tour.", 14),
        ),
        due=58,
        agent=MAREK,
        type="question",
        tags=("edi", "onboarding"),
    ),
    Tale(
        "seat-count",
        COLE,
        "Seat count after downgrade",
        (
            Mail(
                """We removed six users yesterday, the seat page still shows forty. Does the number
                change only
                at the end of the month, or did I miss a button?"""
            ),
        ),
        due=115,
        priority=2,
        agent=MAREK,
        type="billing",
        tags=("seats",),
    ),
    Tale(
        "csv-encoding",
        LIN,
        "CSV import encoding",
        (
            Mail(
                "Which encoding does the article import expect? We have names in Chinese and in "
                "German in one file."
            ),
            Reply(
                'UTF-8, with or without a byte order mark. If you export from Excel, choose "CSV UTF-8".', 40
            ),
            Mail(
                "The file is UTF-8, and the preview still shows boxes for 扳手 and 螺丝刀. "
                "Screenshot attached.",
                35,
                files=(files.png("preview.png", share=1.0),),
            ),
        ),
        due=140,
        agent=MAREK,
        tags=("import", "encoding"),
    ),
    Tale(
        "rotate-keys",
        TOM,
        "How to rotate API keys",
        (
            Mail(
                "Security asks us to rotate the API keys every 90 days. Can two keys be valid at "
                "the same time for a day or so?"
            ),
        ),
        due=185,
        agent=MAREK,
        type="question",
        tags=("api", "security"),
    ),
    Tale(
        "order-8841",
        RASH,
        "Re: Re: Order 8841",
        (
            Mail(
                """where is it?? tracking says delivered. it is not here. order 8841, to be clear

                sent from my phone""",
                headers=(("X-Mailer", "PocketMail 4.1"),),
            ),
        ),
        due=200,
        agent=MAREK,
    ),
    Tale(
        "receipt-name",
        YUKI,
        "質問: 領収書の宛名",
        (
            Mail(
                """お世話になっております。サトー計測の佐藤です。

                先月分の領収書の宛名が「佐藤計測」となっておりますが、正しくは「株式会社サトー計測」です。お手数ですが、再発行をお願いできますでしょうか。

                どうぞよろしくお願いいたします。""",
                charset="iso-2022-jp",
            ),
        ),
        due=230,
        agent=MAREK,
        type="billing",
        tags=("invoice",),
    ),
    Tale(
        "printer-offset",
        SOREN,
        "Labels print 4 mm too low",
        (
            Mail(
                """Hej,

                since we changed to the new label printer everything sits 4 mm too low. Is there a
                setting for
                the offset, or is that the driver?"""
            ),
        ),
        due=205,
        type="question",
        tags=("printing",),
    ),
    Tale(
        "supplier-portal",
        ANAIS,
        "Accès fournisseur au portail",
        (
            Mail(
                """Bonjour,

                deux de nos fournisseurs ne reçoivent pas l'invitation au portail. J'ai vérifié les
                adresses,
                elles sont correctes. Pouvez-vous renvoyer le lien ?

                Merci d'avance !"""
            ),
        ),
        due=168,
        tags=("portal",),
    ),
    Tale(
        "audit-trail",
        DANA,
        "Who changed the payment terms of customer 3307?",
        (
            Mail(
                "Somebody set the terms of customer 3307 from 30 to 90 days last week. Where can I "
                "see who it was?"
            ),
            Reply(
                'In the customer\'s menu under History. Filter by "Payment terms", it shows name and time.',
                33,
                ANN,
            ),
            Mail('It says "API". That is not a person :) Which key was it?', 90),
        ),
        due=95,
        agent=ANN,
        tags=("audit",),
    ),
    Tale(
        "two-addresses",
        JOY,
        "Invoices to two addresses",
        (
            Mail(
                "Can invoices go to ap@kestrelfoods.example and to me at the same time? Forwarding "
                "by hand gets old.",
                cc=(DANA,),
            ),
        ),
        due=222,
        type="question",
    ),
    Tale(
        "stocktake",
        KEN,
        "Year-end stocktake on handhelds, two questions",
        (
            Mail(
                """Dear support,

                1. Can two people count the same shelf, and who wins?
                2. Does the count survive when the handheld runs out of battery?

                We count on Saturday, so an answer by Thursday is fine."""
            ),
            Note(
                "1: the later count wins and both are kept. 2: yes, every scan is saved. Writing it up.",
                30,
                TOMAS,
            ),
        ),
        due=152,
        agent=TOMAS,
        type="question",
        tags=("scanner", "stock"),
    ),
    Tale(
        "dark-mode",
        INES,
        "Dark mode request 🌙",
        (
            Mail(
                """Olá! We pack orders from 5 in the morning and the screen is the brightest thing in
                the hall 😅

                Is a dark mode planned? We would even test it. 🙏"""
            ),
        ),
        due=422,
        priority=4,
        agent=MAREK,
        type="feature",
        tags=("feature-request",),
    ),
    Tale(
        "holiday-calendar",
        SOREN,
        "Danish holidays in the delivery calendar",
        (
            Mail(
                "The delivery date jumps over weekends but not over Danish holidays. Is there a "
                "calendar we can load?"
            ),
        ),
        due=310,
        priority=4,
        agent=TOMAS,
        type="question",
    ),
    Tale(
        "bulk-prices",
        ANAIS,
        "Change 600 prices at once",
        (
            Mail("We raise prices by 3.5% on the first. Is there a way that is not 600 clicks?"),
            Reply(
                'There is: Articles, select all, Edit, Price, "by percent". Try it on five first, '
                "there is an undo.",
                62,
            ),
            Mail("Works like a charm. And can I date it for the first of the month?", 110),
        ),
        due=236,
        agent=MAREK,
        type="question",
        tags=("prices",),
    ),
)
