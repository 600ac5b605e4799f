"""Tales with a catch: machines that write, other scripts, and letters that try to be clever."""

from __future__ import annotations

from deskterm.demo import files
from deskterm.demo.company import ANN, BEN, DANA, IGOR, MAREK, NOA, OMAR, ROSA, SAM, THEO, TOMAS, Person
from deskterm.demo.tale import Bounce, Mail, Note, Reply, Tale

NEWS = Person("Wholesale Weekly", "news@wholesaleweekly.example")
RINGER = Person("Kestrel Foods [/b][red]", "billing@kestrelfoods-payments.example")
PROBE = Person("\x1b[31mRoot\x1b[0m", "probe@scanner.example")
PRIZE = Person("Mr. Brightmore", "prize@fortune-dept.example")

TALES = (
    Tale(
        "omar-arabic",
        OMAR,
        "مشكلة في طباعة بوليصة الشحن",
        (
            Mail(
                """السلام عليكم،

                عند طباعة بوليصة الشحن رقم 5521 يظهر العنوان من اليسار إلى اليمين ولا يمكن للسائق
                قراءته. هل يوجد إعداد لذلك؟

                شكراً جزيلاً"""
            ),
        ),
        due=176,
        agent=MAREK,
        tags=("printing", "rtl"),
    ),
    Tale(
        "noa-hebrew",
        NOA,
        "שאלה: ייצוא הזמנות לאקסל",
        (
            Mail(
                """שלום,

                אני מנסה לייצא את ההזמנות של יוני (Q2) לאקסל, אבל העמודה "תאריך" יוצאת ריקה. צירפתי
                צילום מסך.

                תודה רבה""",
                files=(files.png("צילום מסך.png", share=0.2),),
            ),
            Reply(
                "Shalom Noa, thank you for the picture. Which Excel version is it, and is your "
                "language set to Hebrew?",
                60,
            ),
            Mail("Excel 365, בעברית. כן.", 70),
        ),
        due=128,
        agent=MAREK,
        tags=("export", "rtl"),
    ),
    Tale(
        "igor-cyrillic",
        IGOR,
        "Вопрос о пробном периоде",
        (
            Mail(
                """Здравствуйте!

                Пробный период закончился вчера, а мы успели загрузить только половину склада. Можно ли
                продлить его на неделю?

                Заранее спасибо.""",
                charset="koi8-r",
            ),
        ),
        due=212,
        tags=("trial",),
    ),
    Tale(
        "emoji-party",
        SAM,
        "🎉🎉 WE SHIPPED 10,000 ORDERS 🎉🎉",
        (Mail("No question today, just this: 🥳🚚📦👩🏽‍⚕️👨‍👩‍👧‍👦🇰🇪 Thank you all, you made our month! 💛"),),
        due=436,
        priority=4,
        agent=MAREK,
        tags=("praise",),
    ),
    Tale(
        "bounced",
        ROSA,
        "Price for 15 seats",
        (
            Mail("Hello! What would 15 seats cost us, and is the first month free?"),
            Reply(
                "Hola Rosa, 15 seats are 390 a month, and yes, the first month is free. Shall I set it up?",
                75,
            ),
            Bounce(2, "mailbox unavailable"),
        ),
        ended=190,
        status="open",
        agent=MAREK,
        tags=("sales",),
    ),
    Tale(
        "newsletter",
        NEWS,
        "This week: pallets, prices and a podcast",
        (
            Mail(
                """Pallet prices fall for the third month. Five ideas for a calmer stocktake. And our
                podcast talks to
                a woman who ships cheese by cargo bike.

                You get this letter because you once came to our stand.""",
                html="<h1>This week</h1><p>Pallet prices fall for the third month.</p><ul><li>Five "
                "ideas for a calmer "
                "stocktake</li><li>Our podcast</li></ul><p><a "
                'href="https://wholesaleweekly.example/u">Unsubscribe</a></p>',
                headers=(
                    ("List-Id", "Wholesale Weekly <weekly.wholesaleweekly.example>"),
                    ("List-Unsubscribe", "<https://wholesaleweekly.example/u>"),
                    ("Precedence", "bulk"),
                ),
            ),
        ),
        ended=140,
    ),
    Tale(
        "vacation",
        BEN,
        "Firewall ports for the connector",
        (
            Mail("Which outgoing ports does the connector need? Our firewall people want a list."),
            Reply("Only 443, to connect.tallybrook.example. Nothing has to come in.", 42),
            Mail(
                """I am out of the office until Monday and read no mail. In urgent cases call the
                Kestrel IT desk.""",
                after=1,
                subject="Automatic reply: Firewall ports for the connector",
                headers=(("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All")),
            ),
        ),
        ended=330,
        status="waiting",
        agent=MAREK,
        tags=("network",),
    ),
    Tale(
        "forged-claim",
        RINGER,
        "Re: [#3] Invoice shows wrong VAT",
        (
            Mail(
                """Dear support,

                regarding invoice TB-2209: please send the corrected invoice and all open items to this
                new address
                from now on.

                [b]Kestrel Foods[/b] Accounts Payable""",
            ),
            Note("Not their domain. Asked Joy by phone: it is not them.", 25, ANN),
        ),
        due=75,
        agent=ANN,
        tags=("phishing",),
    ),
    Tale(
        "escape-codes",
        PROBE,
        "\x1b[2J\x1b[H\x1b]0;owned\x07You have been selected",
        (
            Mail(
                "If you can read this in one piece, your terminal is well brought up.\n\n"
                "\x1b[31mred?\x1b[0m \x1b]8;;https://probe.example\x07link?\x1b]8;;\x07 "
                "[bold]bold?[/bold] [@click=app.quit]quit?[/]"
            ),
        ),
        due=232,
    ),
    Tale(
        "markup-subject",
        THEO,
        "Re: [/b] and {{ customer.name }} in templates",
        (
            Mail(
                """Funny one: when an article is called [/b] or {{ customer.name }}, does your delivery
                note print it as it
                is? We have a band called [/b] in our record shop.""",
                files=(files.csv("‮gpj.selcitra.csv", (("name",), ("[/b]",), ("=1+1",))),),
            ),
        ),
        due=199,
        tags=("printing",),
    ),
    Tale(
        "no-subject",
        Person("", "warehouse7@postbox.example"),
        "",
        (Mail("hi the green button is gone"),),
        due=181,
    ),
    Tale(
        "cc-colleague",
        DANA,
        "Two plants, one login?",
        (
            Mail(
                "Can one person work for two plants without two logins? Ben (in copy) would set it up.",
                cc=(BEN,),
            ),
            Mail(
                "Adding to Dana's question: both plants are in the same directory group already.",
                after=14,
                who=BEN,
                cc=(DANA,),
            ),
        ),
        due=146,
        agent=TOMAS,
        type="question",
        tags=("sso",),
    ),
    Tale(
        "prize",
        PRIZE,
        "You have WON the Wholesale Lottery!!!",
        (Mail("Congratulations!!! Your support address has won 850,000. Send your bank details to claim."),),
        ended=480,
        status="spam",
    ),
)
