"""Tales nobody has to hurry for: due tomorrow, or asleep until their day comes."""

from __future__ import annotations

from deskterm.demo.company import (
    ANAIS,
    ANN,
    BEN,
    DANA,
    KEN,
    MAREK,
    MIGUEL,
    MIKA,
    SAM,
    THEO,
    TOMAS,
)
from deskterm.demo.tale import Mail, Note, Reply, Tale

TALES = (
    Tale(
        "university",
        THEO,
        "Licence for a university course?",
        (
            Mail(
                "Hello, I teach logistics and would love to show Tallybrook to 25 students for one "
                "term. Is there such a licence?"
            ),
        ),
        due=455,
        priority=4,
        type="account",
    ),
    Tale(
        "data-centre",
        BEN,
        "Which data centre holds our attachments?",
        (
            Mail(
                "Our works council asks in which country attachments are stored, and for how long "
                "after deletion."
            ),
        ),
        due=470,
        priority=4,
        agent=ANN,
        tags=("security",),
    ),
    Tale(
        "webinar",
        MIKA,
        "Recording of last week's webinar",
        (
            Mail(
                "Hi, I missed the webinar about returns because of the time difference. Is there a "
                "recording? 🙂"
            ),
        ),
        due=448,
        priority=4,
    ),
    Tale(
        "renewal-talk",
        DANA,
        "Renewal: 40 more seats in autumn?",
        (
            Mail(
                "We open a third plant in October and will need about 40 more seats. What would "
                "that do to the price?"
            ),
            Reply(
                "Congratulations! I will have a quote for you on Monday, and Ann would like to join "
                "the call.",
                70,
            ),
        ),
        ended=420,
        status="open",
        snooze=1300,
        agent=MAREK,
        tags=("upsell-opportunity",),
    ),
    Tale(
        "conference",
        MIKA,
        "Tallybrook at the Osaka trade fair?",
        (
            Mail("Will you be at the fair in Osaka? We would like to meet the people behind the mails."),
            Reply("We would love to, and I will ask who travels. You will hear from me.", 45),
            Note("Ask Ann again when the travel budget is out.", 30),
        ),
        ended=1200,
        status="open",
        snooze=2600,
        agent=MAREK,
        priority=4,
    ),
    Tale(
        "beta-scanner",
        KEN,
        "Beta of the new scanner app",
        (
            Mail("We would like to join the beta for the new scanner app, with four devices."),
            Reply("You are on the list, Ken. The build comes next week and I will write then.", 40, TOMAS),
        ),
        ended=600,
        status="open",
        snooze=1900,
        agent=TOMAS,
        tags=("beta",),
    ),
    Tale(
        "annual-payment",
        MIGUEL,
        "Pay once a year instead of monthly",
        (
            Mail("Is there a discount for paying yearly? If yes, from the next period, please."),
            Reply("There is: two months free. I will change it with the next period, in a week.", 35),
            Note("Wake me the day before the period begins.", 20),
        ),
        ended=260,
        status="open",
        snooze=2000,
        agent=MAREK,
        type="billing",
    ),
    Tale(
        "returns-process",
        ANAIS,
        "Retours : un motif obligatoire ?",
        (
            Mail("Peut-on rendre le motif de retour obligatoire ? Nos magasins l'oublient toujours."),
            Reply("Pas encore, mais la version 2.4 l'apporte. Je vous écris dès qu'elle est là.", 52),
        ),
        ended=600,
        status="open",
        snooze=4000,
        agent=MAREK,
        type="feature",
        tags=("feature-request", "returns"),
    ),
    Tale(
        "sam-training",
        SAM,
        "Training for two new colleagues",
        (
            Mail("Two new colleagues start next month. Do you offer an hour of training by video?"),
            Reply("We do, and gladly. Write to me when you know their first day; I keep a slot.", 50, TOMAS),
        ),
        ended=150,
        status="open",
        snooze=3000,
        agent=TOMAS,
    ),
)
