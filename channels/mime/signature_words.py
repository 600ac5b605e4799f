"""The words by which telephones and mail programs of the world sign.

Data only; `telephone` knows what to do with them.
"""

from __future__ import annotations

from typing import Final

SENT_FROM: Final = (
    "sent from", "sent on the go", "from my", "gesendet von", "gesendet vom", "gesendet aus",
    "diese nachricht wurde von meinem", "von meinem", "von meiner", "versendet von", "envoyé de",
    "envoyé depuis", "envoyé à partir", "enviado desde", "enviado a partir", "enviado do",
    "enviado pelo", "enviada do", "enviada desde", "enviada a partir", "enviat des", "inviato da",
    "inviato dal", "inviato dalla", "inviato dall'", "verzonden vanaf", "verzonden vanuit",
    "verstuurd vanaf", "verstuurd vanuit", "skickat från", "skickades från", "sendt fra", "sendt frå",
    "wysłane z", "wysłane ze", "wysłano z", "wysłano ze", "odesláno z", "odesláno ze", "odoslané z",
    "odoslané zo", "отправлено с", "отправлено со", "отправлено из", "надіслано з", "надіслано із",
    "изпратено от", "στάλθηκε από", "εστάλη από", "αποστολή από", "trimis de pe", "trimis din",
    "trimis de la", "poslano z", "poslano s", "poslano sa", "poslano iz", "poslato sa", "poslato s",
    "saadetud minu", "išsiųsta iš", "nosūtīts no", "dërguar nga", "đã gửi từ", "gửi từ", "được gửi từ",
    "dikirim dari", "dihantar daripada", "أرسلت من", "أُرسلت من", "أرسل من", "تم الإرسال من", "مرسل من",
    "مرسلة من", "ارسال شده از", "ارسال از", "provenance :", "provenance:",
)  # fmt: skip
"""`Sent from` at the start of a line: what follows is a device or a program, if it is short."""

MY: Final = (
    "my", "meinem", "meiner", "mon", "ma", "mi", "meu", "minha", "mio", "mia", "mijn", "min", "mitt", "mit",
    "mojego", "mojej", "mého", "mé", "mojho", "môjho", "моего", "моей", "мого", "моєї", "моя", "мене",
    "minu", "mano", "mana", "mog", "mojega", "mojeg",
)  # fmt: skip
"""What makes it the sender's own."""

SENT_WITH: Final = (
    "sent via", "sent with", "sent using", "sent by", "sent on", "sent through", "gesendet mit",
    "gesendet über", "gesendet via", "versendet mit", "diese nachricht wurde", "diese e-mail wurde",
    "cet e-mail a été envoyé", "envoyé via", "envoyé avec", "envoyé par", "enviado con", "enviado de",
    "enviado com", "enviado via", "enviado mediante", "enviado por", "inviato con", "inviato tramite",
    "inviato via", "verzonden met", "verzonden via", "verstuurd met", "verstuurd via", "skickat med",
    "skickat via", "sendt med", "sendt via", "lähetetty", "wysłane za pomocą", "wysłano za pomocą",
    "wysłane przez", "odesláno pomocí", "odoslané pomocou", "отправлено через", "отправлено при помощи",
    "отправлено от", "надіслано за допомогою", "надіслано через", "изпратено с", "trimis prin",
    "trimis cu", "elküldve",
)  # fmt: skip
"""The same with words that can also tell how a parcel came: then the line must name a device."""

SENT_UNSPACED: Final = (
    "发自", "發自", "来自我", "來自我", "从我的", "從我的", "我從我的", "傳送自", "发送自", "寄自",
    "ส่งจาก", "나의", "내 ", "נשלח מ", "已从",
)  # fmt: skip
"""The same in languages that put no blank behind it; the line must name a device."""

SENT_ENDS: Final = (
    "から送信", "から送信されました", "から送信しました", "에서 보냄", "에서 보냈습니다", "에서 보냈어요",
    "gesendet", "傳送", "发送", "寄出", "gönderildi", "küldve", "küldött üzenet", "से भेजा गया",
)  # fmt: skip
"""How it signs at the end of a line; then the line must name a device."""

GET: Final = (
    "get", "get [outlook", "download", "try", "holen sie sich", "laden sie", "herunterladen", "beziehen",
    "abrufen", "obtenez", "obtenir", "téléchargez", "télécharger", "obtener", "obtenga", "obtén",
    "descargar", "descarga", "obter", "obtenha", "baixar", "baixe", "transferir", "scarica", "ottieni",
    "downloaden", "haal", "download de", "hämta", "skaffa", "hent", "få", "skaff", "last ned", "hanki",
    "lataa", "pobierz", "uzyskaj", "získat", "získejte", "stáhnout", "stiahnuť", "získať", "скачать",
    "скачайте", "получить", "загрузить", "отримати", "завантажити", "λήψη", "κατεβάστε", "edinin",
    "indirin", "beszerzése", "letöltése", "obțineți", "descărcați", "preuzmite", "pridobite", "tải",
    "dapatkan", "入手", "を入手", "获取", "取得", "下载", "下載", "다운로드", "받기", "הורד",
    "קבל", "احصل على",
)  # fmt: skip
"""First words of an advertisement such as `Get Outlook for iOS`."""

GET_ENDS: Final = (
    "herunterladen", "beziehen", "abrufen", "downloaden", "edinin", "indirin", "beszerzése", "letöltése",
    "を入手", "다운로드", "받기", "を取得", "ダウンロード",
)  # fmt: skip
"""The same at the end of the line."""

ADVERTISED: Final = ("outlook", "yahoo", "gmail", "proton", "blue", "spark", "edison", "mymail", "k-9")
"""Programs that advertise themselves so, together with a system."""

SYSTEMS: Final = ("ios", "android", "iphone", "ipad", "windows", "mac", "mobile")

DEVICES: Final = (
    "iphone", "ipad", "ipod", "android", "mobil", "blackberry", "samsung", "galaxy", "phone", "fon",
    "outlook", "windows", "handy", "yahoo", "huawei", "nokia", "pixel", "xiaomi", "redmi", "oneplus",
    "oppo", "honor", "motorola", "sony", "xperia", "nexus", "lenovo", "tablet", "device", "mail",
    "proton", "spark", "hush", "thunderbird", "aquamail", "gerät", "appareil", "dispositivo", "móvil",
    "celular", "teléfono", "telefon", "telefoon", "toestel", "enhet", "enhed", "laite", "puhelin",
    "posta", "posti", "pošt", "poczt", "courrier", "correo", "urządzeni", "zařízení", "zariaden",
    "телефон", "смартфон", "устройств", "почт", "пошт", "κινητό", "ταχυδρομείο", "συσκευή", "cihaz",
    "készülék", "手机", "手機", "邮", "郵", "メール", "スマ", "携帯", "메일", "휴대", "핸드폰", "아이폰",
    "모바일", "ไอโฟน", "มือถือ", "โทรศัพท์", "آیفون", "هاتف", "جوال", "موبايل", "טלפון", "אייפון", "נייד",
    "फ़ोन", "फोन", "điện thoại", "ponsel",
)  # fmt: skip
"""Something a letter can be sent from; a part of a word is enough."""
