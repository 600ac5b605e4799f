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
    "написав", "написа", "пише", "piše", "je napísal", "napisao/la je", "napisao", "napisala je",
    "ha escrito", "escreve", "schreibt", "écrivait", "hat geschrieben", "skriver", "kirjoittaa",
    "tarafından yazıldı", "yazmış", "shkroi", "ezt írta", "írta", "a scris", "έγραψε",
    "yazdı", "şunları yazdı", "đã viết", "menulis", "kirjutas", "rašė", "rakstīja", "كتب", "כתב",
    "כתבה", "نوشت", "ने लिखा", "تمت كتابة ما يلي",
)  # fmt: skip
"""Verbs of `On Monday, Anna wrote:`."""

WROTE_UNSPACED: Final = (
    "写道", "寫道", "写到", "님이 작성", "님이 씀", "님의 말", "さんは書きました", "のメッセージ",
    "が書きました", "さんの発言", "のメール", "เขียน",
)  # fmt: skip
"""The same in languages that put no blank between words."""

QUOTING: Final = (
    "quoting", "zitat von", "ich zitiere", "citing", "citando a", "citando", "citation de", "citat från",
    "citat fra", "citaat van", "cytowanie", "citace", "цитирую", "citerar", "citerer", "citazione di",
)  # fmt: skip
"""`Quoting Anna:`; what stands before the name."""

REPLY_ABOVE: Final = (
    "reply above this line", "reply above the line", "your reply above", "write above this line",
    "respond above this line", "type above this line", "reply above line",
    "antworten sie oberhalb dieser", "oberhalb dieser zeile", "oberhalb dieser linie", "über dieser linie",
    "über dieser zeile",
    "au-dessus de cette ligne", "por encima de esta línea", "encima de esta línea", "acima desta linha",
    "sopra questa linea", "sopra questa riga", "al di sopra di questa", "boven deze lijn", "boven deze regel",
    "ovanför denna linje", "ovanför den här raden", "over denne linje", "over denne linjen",
    "tämän rivin yläpuolelle", "powyżej tej linii", "nad tímto řádkem", "nad tuto čáru",
    "выше этой строки", "выше этой линии", "bu satırın üstüne", "bu satırın üzerine",
    "この行より上に", "この線より上に", "在此行上方", "在此行之上", "請在此行上方", "이 줄 위에",
)  # fmt: skip
"""A line other help desks put on top of their letters; all below it is theirs."""

FIRST_PERSON: Final = ("i wrote", "we wrote", "ich schrieb", "wir schrieb", "j'ai écrit", "yo escribí")
"""What a person says of their own writing; never the head of a quote."""

LABELS: Final = {
    "from": (
        "from", "von", "de", "da", "van", "från", "fra", "od", "от", "від", "lähettäjä", "feladó",
        "από", "kimden", "de la", "מאת", "من", "发件人", "寄件者", "寄件人", "差出人", "送信者",
        "보낸 사람", "보낸사람", "từ", "saatja", "nuo", "no", "remitente", "remetente", "mittente",
        "gönderen", "šalje", "pošiljatelj", "dari", "จาก", "از", "frá", "prejeto od", "expeditor",
        "expéditeur", "absender", "afzender", "avsändare", "afsender",
    ),
    "date": (
        "date", "sent", "datum", "gesendet", "gesendet am", "envoyé", "envoyé le", "enviado",
        "enviado el", "enviada em", "enviado em", "inviato", "verzonden", "skickat", "sendt",
        "wysłano", "wysłane", "odesláno", "odoslané", "отправлено", "надіслано",
        "дата", "lähetetty", "küldve", "στάλθηκε", "gönderildi", "tarih", "trimis", "נשלח",
        "תאריך", "تم الإرسال", "التاريخ", "发送时间", "寄件日期", "日期", "送信日時", "日付",
        "보낸 날짜", "날짜", "fecha", "data", "dato", "dátum", "päivämäärä", "päiväys",
        "gönderme tarihi", "изпратено", "enviat", "enviat el", "terkirim", "tanggal", "dikirim",
        "ส่งเมื่อ", "วันที่", "saadetud", "kuupäev", "išsiųsta", "nosūtīts", "فرستاده شده", "تاریخ",
        "تاريخ الإرسال",
        "送信日", "received", "empfangen", "reçu", "recibido", "ricevuto", "dagsetning", "elküldve",
        "ημερομηνία", "đã gửi", "ngày", "message du", "poslano", "odesláno dne",
    ),
    "to": (
        "to", "an", "à", "a", "para", "aan", "till", "til", "do", "komu", "кому", "vastaanottaja",
        "címzett", "προς", "kime", "către", "אל", "إلى", "收件人", "收件者", "宛先", "받는 사람",
        "alıcı", "до", "prima", "per a", "untuk", "kepada", "ถึง", "adressaat", "saajad", "iki", "به",
        "받는사람", "đến", "za", "kam", "empfänger", "destinataire", "destinatario",
    ),
    "subject": (
        "subject", "betreff", "objet", "sujet", "asunto", "assunto", "oggetto", "onderwerp", "ämne",
        "emne", "temat", "předmět", "predmet", "тема", "aihe", "tárgy", "θέμα", "konu",
        "subiect", "נושא", "الموضوع", "主题", "主旨", "件名", "제목", "chủ đề", "assumpte", "zadeva",
        "teema", "относно", "naslov", "subjek", "perihal", "เรื่อง", "tema", "temats", "موضوع", "efni",
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
    "original message", "original --",
    "original mail", "original email", "reply message", "original appointment",
    "ursprüngliche nachricht", "originalnachricht", "original-nachricht", "ursprüngliche mail",
    "message d'origine", "mail original", "courriel original", "e-mail d'origine", "original besked",
    "oprindelig besked", "original meddelelse", "opprinnelig e-post", "ursprungligt mejl",
    "originele bericht", "mensaje inicial", "original-mail", "ursprüngliche e-mail",
    "mail d'origine", "message d’origine", "message original", "message initial",
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
