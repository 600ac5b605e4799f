"""The words by which mail programs of the world introduce quotes, forwards and signatures.

Data only; `quotes` knows what to do with them.
"""

from __future__ import annotations

from typing import Final

WROTE: Final = (
    "wrote", "writes", "said", "schrieb", "geschrieben", "a écrit", "écrit", "escribió", "escribio",
    "escribía", "va escriure", "escreveu", "escreveu o seguinte", "ha scritto", "scrive", "schreef",
    "geschreven", "skrev", "skrifaði", "kirjoitti", "napisał", "napisała", "napisał(a)", "pisze",
    "napsal", "napsala", "napsal(a)", "napísal", "je napisao", "je napisala", "je napisal",
    "написал", "написала", "написал(а)", "пишет", "писал",
    "написав", "напиша", "je napísal", "ezt írta", "írta", "a scris", "έγραψε",
    "yazdı", "şunları yazdı", "đã viết", "menulis", "kirjutas", "rašė", "rakstīja", "كتب", "כתב",
    "כתבה", "نوشت", "เขียน", "ने लिखा", "写道", "寫道", "写到", "님이 작성", "님이 씀", "님의 말",
    "さんは書きました", "のメッセージ", "が書きました",
)  # fmt: skip
"""Verbs of `On Monday, Anna wrote:`."""

FIRST_PERSON: Final = ("i wrote", "we wrote", "ich schrieb", "wir schrieb", "j'ai écrit", "yo escribí")
"""What a person says of their own writing; never the head of a quote."""

LABELS: Final = {
    "from": (
        "from", "von", "de", "da", "van", "från", "fra", "od", "от", "від", "lähettäjä", "feladó",
        "από", "kimden", "de la", "מאת", "من", "发件人", "寄件者", "寄件人", "差出人", "送信者",
        "보낸 사람", "보낸사람", "từ", "saatja", "nuo", "no", "remitente", "remetente", "mittente",
        "expéditeur", "absender", "afzender", "avsändare", "afsender",
    ),
    "date": (
        "date", "sent", "datum", "gesendet", "gesendet am", "envoyé", "envoyé le", "enviado",
        "enviado el", "enviada em", "enviado em", "inviato", "verzonden", "skickat", "sendt",
        "wysłano", "wysłane", "odesláno", "odoslané", "отправлено", "надіслано",
        "дата", "lähetetty", "küldve", "στάλθηκε", "gönderildi", "tarih", "trimis", "נשלח",
        "תאריך", "تم الإرسال", "التاريخ", "发送时间", "寄件日期", "日期", "送信日時", "日付",
        "보낸 날짜", "날짜", "fecha", "data", "dato", "dátum", "päivämäärä", "päiväys",
        "ημερομηνία", "đã gửi", "ngày", "message du", "poslano", "odesláno dne",
    ),
    "to": (
        "to", "an", "à", "a", "para", "aan", "till", "til", "do", "komu", "кому", "vastaanottaja",
        "címzett", "προς", "kime", "către", "אל", "إلى", "收件人", "收件者", "宛先", "받는 사람",
        "받는사람", "đến", "za", "kam", "empfänger", "destinataire", "destinatario",
    ),
    "subject": (
        "subject", "betreff", "objet", "sujet", "asunto", "assunto", "oggetto", "onderwerp", "ämne",
        "emne", "temat", "předmět", "predmet", "тема", "aihe", "tárgy", "θέμα", "konu",
        "subiect", "נושא", "الموضوع", "主题", "主旨", "件名", "제목", "chủ đề", "assumpte", "zadeva",
        "teema",
    ),
    "copy": (
        "cc", "kopie", "copie", "copie à", "copia", "kopia", "kopi", "kopio", "копия",
        "másolatot kap", "抄送", "副本", "참조", "bcc", "cci", "reply-to", "reply to", "antwort an",
        "répondre à", "responder a", "rispondi a", "organization", "importance", "attachments",
        "anlagen",
    ),
}  # fmt: skip
"""Names of the lines above a letter quoted whole."""

ORIGINAL: Final = (
    "original message", "original mail", "original email", "reply message", "original appointment",
    "ursprüngliche nachricht", "originalnachricht", "original-nachricht", "ursprüngliche mail",
    "message d'origine", "message d’origine", "message original", "message initial",
    "mensaje original", "mensagem original", "messaggio originale", "messaggio originario",
    "oorspronkelijk bericht", "origineel bericht", "ursprungligt meddelande", "originalmeddelande",
    "oprindelig meddelelse", "opprinnelig melding", "alkuperäinen viesti", "oryginalna wiadomość",
    "wiadomość oryginalna", "původní zpráva", "pôvodná správa", "eredeti üzenet",
    "исходное сообщение", "оригинальное сообщение",
    "вихідне повідомлення", "αρχικό μήνυμα", "orijinal mesaj",
    "özgün ileti", "mesaj original", "izvorna poruka", "izvirno sporočilo", "הודעה מקורית",
    "الرسالة الأصلية", "原始邮件", "原始郵件", "原邮件", "元のメッセージ", "원본 메시지", "원본 메일",
    "tin nhắn gốc", "thư gốc", "previous message", "in reply to",
)  # fmt: skip
"""Between dashes: the letter below is the one being answered."""

FORWARDED: Final = (
    "forwarded message", "begin forwarded message", "forwarded by", "weitergeleitete nachricht",
    "anfang der weitergeleiteten", "weitergeleitet von", "message transféré",
    "début du message transféré", "message réexpédié", "mensaje reenviado",
    "inicio del mensaje reenviado", "mensagem encaminhada", "início da mensagem",
    "messaggio inoltrato", "inizio messaggio inoltrato", "doorgestuurd bericht",
    "begin doorgestuurd bericht", "vidarebefordrat", "videresendt", "videresendt melding",
    "välitetty viesti", "wiadomość przekazana", "treść przekazanej", "přeposlaná zpráva",
    "továbbított üzenet", "пересылаемое сообщение",
    "перенаправленное сообщение", "переслане повідомлення",
    "προωθημένο μήνυμα", "iletilen mesaj", "mesaj redirecționat", "הודעה שהועברה",
    "رسالة معاد توجيهها", "转发的邮件", "轉寄的郵件", "転送されたメッセージ", "전달된 메시지",
)  # fmt: skip
"""The letter below is what the sender wants to show; it stays."""

SENT_FROM: Final = (
    "sent from", "sent via", "sent with", "sent using", "sent by", "sent on", "from my",
    "get outlook for", "get [outlook for", "gesendet von", "gesendet mit", "von meinem",
    "versendet mit", "envoyé de", "envoyé depuis", "envoyé à partir", "envoyé via",
    "télécharger outlook", "enviado desde", "enviado con", "enviado de", "enviado do", "enviado pelo",
    "enviado via", "inviato da", "inviato con", "verzonden met", "verzonden vanaf", "verstuurd vanaf",
    "verstuurd met", "skickat från", "sendt fra", "lähetetty", "wysłane z", "wysłano z",
    "odesláno z", "odoslané z", "отправлено с", "отправлено из",
    "надіслано з", "στάλθηκε από", "elküldve", "trimis de pe", "poslano z",
    "diese nachricht wurde von meinem", "発自我的", "发自我的", "發自我的", "從我的", "从我的", "已从",
    "나의", "יצא מ", "נשלח מ", "أرسلت من", "đã gửi từ",
)  # fmt: skip
"""How a telephone signs at the start of a line."""

SENT_ENDS: Final = (
    "から送信", "에서 보냄", "gesendet", "傳送", "发送", "gönderildi", "küldve",
)  # fmt: skip
"""How it signs at the end of one; then the line must name a device."""

DEVICES: Final = (
    "iphone", "ipad", "ipod", "android", "mobil", "mobile", "blackberry", "samsung", "galaxy", "phone",
    "outlook", "windows", "telefon", "handy", "smartphone", "yahoo", "gmail", "huawei", "nokia",
    "device", "app",
)  # fmt: skip
