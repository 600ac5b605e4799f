"""Letters as programs and people of many languages write them: heads of quotes, labels, marks.

Data of our own; `test_mime_quotes_world` knows what must become of it.
"""

# ruff: noqa: E501

from __future__ import annotations

HEADS = """\
On Mon, Mar 2, 2026 at 10:15 AM Anna Berg <anna@example.org> wrote:
On 2 Mar 2026, at 10:15, Anna Berg <anna@example.org> wrote:
On 02/03/2026 10:15, Anna Berg wrote:
On Monday, March 2nd, 2026 at 10:15 AM, Anna Berg <anna@example.org> wrote:
On Monday, 2 March 2026 at 10:15:22 GMT, Anna Berg <anna@example.org> wrote:
On Mon, 2 Mar 2026 10:15:00 +0100 Anna Berg <anna@example.org> wrote:
On Mar 2, 2026 10:15 AM, "Anna Berg" <anna@example.org> wrote:
On 2026-03-02 10:15, Anna Berg wrote:
On 2026-03-02 at 10:15, anna@example.org wrote:
On Mar 2, 2026, at 10:15 AM, Support via Desk wrote:
On Mon, Mar 02, 2026 at 10:15:00AM +0100, Anna Berg wrote:
Anna Berg <anna@example.org> wrote on Mon, 2 Mar 2026 at 10:15:
Anna Berg <anna@example.org> wrote:
"Anna Berg" <anna@example.org> wrote:
Anna Berg wrote on 02/03/2026 10:15:
* Anna Berg <anna@example.org> [2026-03-02 10:15]:
In message <abc@example.org>, Anna Berg writes:
At 10:15 02/03/2026, Anna Berg wrote:
At 10:15 AM 3/2/2026 -0500, you wrote:
Am 02.03.2026 um 10:15 schrieb Anna Berg:
Am 02.03.26 um 10:15 schrieb Anna Berg <anna@example.org>:
Am Mo., 2. März 2026 um 10:15 Uhr schrieb Anna Berg <anna@example.org>:
Am Montag, 2. März 2026 um 10:15:22 MEZ hat Anna Berg <anna@example.org> Folgendes geschrieben:
Am 02.03.2026 10:15 schrieb "Anna Berg" <anna@example.org>:
On 02.03.2026 10:15, Anna Berg wrote:
Am Montag, 2. März 2026, 10:15:22 CET schrieb Anna Berg:
Anna Berg <anna@example.org> schrieb am Mo., 2. März 2026, 10:15:
Anna Berg schrieb am 02.03.2026 um 10:15:
Le 02/03/2026 à 10:15, Anna Berg a écrit :
Le lun. 2 mars 2026 à 10:15, Anna Berg <anna@example.org> a écrit :
Le lundi 2 mars 2026 à 10:15:22 UTC+1, Anna Berg <anna@example.org> a écrit :
Le 2 mars 2026 à 10:15, Anna Berg <anna@example.org> a écrit :
Anna Berg <anna@example.org> a écrit :
El lun, 2 mar 2026 a las 10:15, Anna Berg (<anna@example.org>) escribió:
El lun., 2 mar. 2026 10:15, Anna Berg <anna@example.org> escribió:
El 2 mar 2026, a las 10:15, Anna Berg <anna@example.org> escribió:
El 02/03/2026 a las 10:15, Anna Berg escribió:
El lunes, 2 de marzo de 2026, 10:15:22 CET, Anna Berg <anna@example.org> escribió:
El El lun, 2 mar 2026 a la(s) 10:15, Anna Berg <anna@example.org> escribió:
Anna Berg <anna@example.org> escribió el lunes 2 de marzo:
Il giorno lun 2 mar 2026 alle ore 10:15 Anna Berg <anna@example.org> ha scritto:
Il lun 2 mar 2026, 10:15 Anna Berg <anna@example.org> ha scritto:
Il 02/03/2026 10:15, Anna Berg ha scritto:
Il lunedì 2 marzo 2026 alle ore 10:15:22 CET, Anna Berg <anna@example.org> ha scritto:
Il giorno 2 mar 2026, alle ore 10:15, Anna Berg <anna@example.org> ha scritto:
Em seg., 2 de mar. de 2026 às 10:15, Anna Berg <anna@example.org> escreveu:
Em 02/03/2026 10:15, Anna Berg escreveu:
Em segunda-feira, 2 de março de 2026 10:15:22 BRT, Anna Berg <anna@example.org> escreveu:
No dia 2 de mar de 2026, às 10:15, Anna Berg <anna@example.org> escreveu:
A segunda, 2/03/2026, 10:15, Anna Berg <anna@example.org> escreveu:
Anna Berg <anna@example.org> escreveu (segunda, 2/03/2026 à(s) 10:15):
Anna Berg escreveu em 02/03/2026 10:15:
Às 10:15 de 02/03/2026, Anna Berg escreveu:
Op ma 2 mrt 2026 om 10:15 schreef Anna Berg <anna@example.org>:
Op 02-03-2026 om 10:15 schreef Anna Berg:
Op 2 mrt. 2026 10:15 schreef "Anna Berg" <anna@example.org>:
Op 2 mrt. 2026, om 10:15 heeft Anna Berg <anna@example.org> het volgende geschreven:
Op maandag 2 maart 2026 om 10:15:22 CET schreef Anna Berg <anna@example.org>:
Anna Berg <anna@example.org> schreef op 2 maart 2026 10:15:
pon., 2 mar 2026 o 10:15 Anna Berg <anna@example.org> napisał(a):
W dniu 02.03.2026 o 10:15, Anna Berg pisze:
W dniu 2.03.2026 o 10:15 Anna Berg <anna@example.org> pisze:
Dnia 2 mar 2026 o godz. 10:15 Anna Berg <anna@example.org> napisał(a):
Wiadomość napisana przez Anna Berg <anna@example.org> w dniu 02.03.2026, o godz. 10:15:
W dniu poniedziałek, 2 marca 2026 10:15:22 CET Anna Berg <anna@example.org> napisał(a):
2 марта 2026 г., в 10:15, Anna Berg <anna@example.org> написал(а):
пн, 2 мар. 2026 г. в 10:15, Anna Berg <anna@example.org>:
пн, 2 мар. 2026 г. в 10:15, Анна Берг <anna@example.org>:
02.03.2026 10:15, Anna Berg пишет:
02.03.2026, 10:15, "Анна Берг" <anna@example.org>:
Понедельник, 2 марта 2026, 10:15 +03:00 от Анна Берг <anna@example.org>:
понедельник, 2 марта 2026 г. пользователь Анна Берг <anna@example.org> написал:
пн, 2 бер. 2026 р. о 10:15 Anna Berg <anna@example.org> пише:
02.03.26 10:15, Anna Berg пише:
Den mån 2 mars 2026 kl 10:15 skrev Anna Berg <anna@example.org>:
Den 2026-03-02 kl. 10:15, skrev Anna Berg:
2 mars 2026 kl. 10:15 skrev Anna Berg <anna@example.org>:
Den måndag 2 mars 2026 10:15:22 CET skrev Anna Berg <anna@example.org>:
Den man. 2. mar. 2026 kl. 10.15 skrev Anna Berg <anna@example.org>:
Den 02.03.2026 kl. 10.15 skrev Anna Berg:
Den 2. mar. 2026 kl. 10.15 skrev Anna Berg <anna@example.org>:
man. 2. mar. 2026 kl. 10:15 skrev Anna Berg <anna@example.org>:
2. mars 2026 kl. 10:15 skrev Anna Berg <anna@example.org>:
På 2. mars 2026 kl. 10:15:22, Anna Berg skrev:
ma 2. maalisk. 2026 klo 10.15 Anna Berg (anna@example.org) kirjoitti:
ma 2. maalisk. 2026 klo 10.15 Anna Berg <anna@example.org> kirjoitti:
Anna Berg kirjoitti 2.3.2026 klo 10.15:
Anna Berg <anna@example.org> kirjoitti 2.3.2026 kello 10.15:
maanantai 2. maaliskuuta 2026 klo 10.15.22 UTC+2 Anna Berg kirjoitti:
po 2. 3. 2026 v 10:15 odesílatel Anna Berg <anna@example.org> napsal:
Dne 02. 03. 26 v 10:15 Anna Berg napsal(a):
Dne 2. 3. 2026 10:15 napsal uživatel "Anna Berg" <anna@example.org>:
2. 3. 2026 v 10:15, Anna Berg <anna@example.org>:
Dne pondělí 2. března 2026 10:15:22 CET, Anna Berg <anna@example.org> napsal(a):
po 2. 3. 2026 o 10:15 Anna Berg <anna@example.org> napísal(a):
Dňa 2. 3. 2026 o 10:15 Anna Berg napísal(a):
2 Mar 2026 Pzt, saat 10:15 tarihinde Anna Berg <anna@example.org> şunu yazdı:
2 Mart 2026 Pazartesi tarihinde Anna Berg <anna@example.org> yazdı:
Anna Berg <anna@example.org>, 2 Mar 2026 Pzt, 10:15 tarihinde şunu yazdı:
2.03.2026 10:15 tarihinde Anna Berg yazdı:
2 Mar 2026 10:15 tarihinde Anna Berg <anna@example.org> şunları yazdı:
2026年3月2日(月) 10:15 Anna Berg <anna@example.org>:
2026年3月2日(月) 10:15 安藤 <anna@example.org>:
2026/03/02 10:15、Anna Berg <anna@example.org>のメール:
2026/03/02 10:15、Anna Berg <anna@example.org>のメール：
2026/03/02 10:15, Anna Berg wrote:
On 2026/03/02 10:15, 安藤 wrote:
2026年3月2日 10:15、Anna Berg <anna@example.org>のメール:
Anna Berg <anna@example.org> 于2026年3月2日周一 10:15写道：
Anna Berg <anna@example.org> 於 2026年3月2日 週一 上午10:15寫道：
在 2026年3月2日，上午10:15，Anna Berg <anna@example.org> 写道：
在 2026/3/2 10:15, Anna Berg 写道:
在 2026-03-02 10:15:22，"Anna Berg" <anna@example.org> 写道：
在2026年03月02日 10:15，Anna Berg 写道：
Anna Berg <anna@example.org> 于 2026年3月2日周一 上午10:15写道：
2026년 3월 2일 (월) 오전 10:15, Anna Berg <anna@example.org>님이 작성:
2026. 3. 2. 오전 10:15, Anna Berg <anna@example.org> 작성:
2026년 3월 2일 오전 10:15, Anna Berg <anna@example.org>님이 작성:
2026년 3월 2일 월요일 오전 10시 15분 22초 GMT+9, Anna Berg<anna@example.org>님이 작성한 메시지:
Anna Berg <anna@example.org> ezt írta (időpont: 2026. márc. 2., H, 10:15):
2026.03.02. 10:15 keltezéssel, Anna Berg írta:
2026. március 2., hétfő 10:15:22 CET időpontban Anna Berg <anna@example.org> ezt írta:
Στις Δευ 2 Μαρ 2026 στις 10:15 π.μ., ο/η Anna Berg <anna@example.org> έγραψε:
Στις 2/3/2026 10:15 π.μ., ο Anna Berg έγραψε:
Στις Δευτέρα 2 Μαρτίου 2026, 10:15:22 π.μ. EET, ο χρήστης Anna Berg <anna@example.org> έγραψε:
‫בתאריך יום ב׳, 2 במרץ 2026 ב-10:15 מאת ‪Anna Berg‬‏ <‪anna@example.org‬‏>:‬
בתאריך 2 במרץ 2026 בשעה 10:15, Anna Berg <anna@example.org> כתב/ה:
ב-2 במרץ 2026, בשעה 10:15, ‏Anna Berg <anna@example.org> כתב/ה:
في الاثنين، 2 مارس 2026 في 10:15 ص تمت كتابة ما يلي بواسطة Anna Berg <anna@example.org>:
‫في الاثنين، 2 مارس 2026 في 10:15 ص تمت كتابة ما يلي بواسطة ‪Anna Berg‬‏ <‪anna@example.org‬‏>:‬
في 2 مارس 2026، الساعة 10:15 ص، كتب Anna Berg <anna@example.org>:
În lun., 2 mar. 2026 la 10:15, Anna Berg <anna@example.org> a scris:
Pe data de lun., 2 mar. 2026 la 10:15, Anna Berg <anna@example.org> a scris:
Anna Berg <anna@example.org> a scris:
На 2.03.26 г. в 10:15, Anna Berg написа:
На пн, 2.03.2026 г. в 10:15 Anna Berg <anna@example.org> написа:
Dana 2. ožu 2026. u 10:15, Anna Berg <anna@example.org> napisao/la je:
pon, 2. ožu 2026. u 10:15 Anna Berg <anna@example.org> napisao je:
V pon., 2. mar. 2026 ob 10:15 je oseba Anna Berg <anna@example.org> napisala:
Vào Th 2, 2 thg 3, 2026 vào lúc 10:15 Anna Berg <anna@example.org> đã viết:
Pada tanggal Sen, 2 Mar 2026 pukul 10.15 Anna Berg <anna@example.org> menulis:
ในวันที่ จ. 2 มี.ค. 2026 เวลา 10:15 Anna Berg <anna@example.org> เขียนว่า:
El dl., 2 de març 2026, 10:15, Anna Berg <anna@example.org> va escriure:
Missatge de Anna Berg <anna@example.org> del dia dl., 2 de març 2026 a les 10:15:
Kuupäev E, 2. märts 2026 kell 10:15 kirjutas Anna Berg <anna@example.org>:
2026-03-02, pr, 10:15 Anna Berg <anna@example.org> rašė:
pirmd., 2026. g. 2. marts plkst. 10:15 — lietotājs Anna Berg (<anna@example.org>) rakstīja:
در تاریخ دوشنبه ۲ مارس ۲۰۲۶، ۱۰:۱۵ Anna Berg <anna@example.org> نوشت:
सोम, 2 मार्च 2026 को 10:15 am बजे को Anna Berg <anna@example.org> ने लिखा:
El 2 de març de 2026 10:15, Anna Berg <anna@example.org> va escriure:
þann mán., 2. mar. 2026 kl. 10:15 skrifaði Anna Berg <anna@example.org>:
---- On Mon, 02 Mar 2026 10:15:00 +0100 Anna Berg <anna@example.org> wrote ----
---- On Mon, 02 Mar 2026 10:15:00 +0100 Anna Berg<anna@example.org> wrote ---
"""
"""Lines that introduce a quote, whether its lines are marked or not."""

MARKED_ONLY = """\
Anna Berg schrieb:
Anna Berg writes:
Anna Berg さんは書きました:
Quoting Anna Berg <anna@example.org>:
Zitat von Anna Berg <anna@example.org>:
"""
"""The same, but only above marked lines."""

MARKS = """\
------- Original Message -------
-------- Original message --------
-------- Ursprüngliche Nachricht --------
-------- Message d'origine --------
-----Original Appointment-----
----- Original Message -----
----- Mail original -----
-------- Messaggio originale --------
-------- Mensaje original --------
-------- Oorspronkelijk bericht --------
-------- Oprindelig besked --------
-------- Ursprungligt meddelande --------
-------- Alkuperäinen viesti --------
-------- Исходное сообщение --------
-------- Původní zpráva --------
-------- Wiadomość oryginalna --------
-------- Orijinal mesaj --------
-------- 元のメッセージ --------
------------------ 原始邮件 ------------------
--------- 원본 메일 ---------
"""
"""Lines above a letter quoted whole."""

LABELS = """\
From|Sent|To|Subject
From|Date|To|Subject
Von|Gesendet|An|Betreff
Von|Datum|An|Betreff
De|Envoyé|À|Objet
De|Date|À|Objet
De|Enviado el|Para|Asunto
De|Enviado|Para|Asunto
De|Fecha|Para|Asunto
Da|Inviato|A|Oggetto
Da|Data|A|Oggetto
De|Enviado|Para|Assunto
De|Enviada em|Para|Assunto
De|Data|Para|Assunto
Van|Verzonden|Aan|Onderwerp
Van|Datum|Aan|Onderwerp
Od|Wysłano|Do|Temat
Od|Data|Do|Temat
От|Отправлено|Кому|Тема
От|Дата|Кому|Тема
Från|Skickat|Till|Ämne
Från|Datum|Till|Ämne
Fra|Sendt|Til|Emne
Fra|Dato|Til|Emne
Lähettäjä|Lähetetty|Vastaanottaja|Aihe
Lähettäjä|Päiväys|Vastaanottaja|Aihe
Od|Odesláno|Komu|Předmět
Od|Datum|Komu|Předmět
Od|Odoslané|Komu|Predmet
Kimden|Gönderildi|Kime|Konu
Gönderen|Gönderme Tarihi|Alıcı|Konu
Kimden|Tarih|Kime|Konu
差出人|送信日時|宛先|件名
From|送信日|To|件名
差出人|日付|宛先|件名
发件人|发送时间|收件人|主题
发件人|日期|收件人|主题
寄件者|寄件日期|收件者|主旨
寄件人|日期|收件人|主旨
보낸 사람|보낸 날짜|받는 사람|제목
보낸사람|날짜|받는사람|제목
Feladó|Elküldve|Címzett|Tárgy
Feladó|Dátum|Címzett|Tárgy
Feladó|Küldve|Címzett|Tárgy
Από|Στάλθηκε|Προς|Θέμα
Από|Ημερομηνία|Προς|Θέμα
מאת|נשלח|אל|נושא
מאת|תאריך|אל|נושא
من|تم الإرسال|إلى|الموضوع
من|تاريخ الإرسال|إلى|الموضوع
من|التاريخ|إلى|الموضوع
De la|Trimis|Către|Subiect
De la|Data|Către|Subiect
От|Изпратено|До|Относно
Від|Надіслано|Кому|Тема
Від|Дата|Кому|Тема
Šalje|Poslano|Prima|Predmet
Od|Poslano|Za|Zadeva
De|Enviat el|Per a|Assumpte
De|Enviat|Per a|Tema
Từ|Đã gửi|Đến|Chủ đề
Dari|Terkirim|Untuk|Subjek
Dari|Tanggal|Kepada|Perihal
จาก|ส่งเมื่อ|ถึง|เรื่อง
Saatja|Saadetud|Adressaat|Teema
Nuo|Išsiųsta|Iki|Tema
No|Nosūtīts|Kam|Temats
از|فرستاده شده|به|موضوع
Frá|Sent|Til|Efni
From|Sent|To|Subject|Cc|Attachments
De|Envoyé|À|Cc|Objet
Od|Date|Za|Predmet
"""

"""From, date, to, subject."""

WRAPPED = [
    "On Mon, Mar 2, 2026 at 10:15 AM Anna Berg\n<anna@example.org> wrote:",
    "On Monday, March 2, 2026 at 10:15 AM, Anna Berg Katharina von Hohenstein\n<anna.katharina@example.org> wrote:",
    "On Mon, Mar 2, 2026 at 10:15 AM\nAnna Berg <anna@example.org>\nwrote:",
    "Am Montag, 2. März 2026 um 10:15:22 MEZ hat Anna Berg\n<anna@example.org> Folgendes geschrieben:",
    "Le lun. 2 mars 2026 à 10:15, Anna Berg <anna@example.org> a\nécrit :",
    "Il giorno lun 2 mar 2026 alle ore 10:15 Anna Berg\n<anna@example.org> ha scritto:",
    "El lun, 2 mar 2026 a las 10:15, Anna Berg (<anna@example.org>)\nescribió:",
    "Em seg., 2 de mar. de 2026 às 10:15, Anna Berg <\nanna@example.org> escreveu:",
    "On Mon, 2 Mar 2026 at 10:15, Anna Berg <anna@example.org\n<mailto:anna@example.org>> wrote:",
    "pon, 2. ožu 2026. u 10:15 Anna Berg\n<anna@example.org> napisao je:",
    "2026年3月2日(月) 10:15 Anna Berg\n<anna@example.org>:",
    "在 2026年3月2日，上午10:15，Anna Berg\n<anna@example.org> 写道：",
    "пн, 2 мар. 2026 г. в 10:15, Anna Berg\n<anna@example.org>:",
    "Op ma 2 mrt 2026 om 10:15 schreef Anna Berg\n<anna@example.org>:",
    "Wiadomość napisana przez Anna Berg <anna@example.org> w dniu\n02.03.2026, o godz. 10:15:",
    "Anna Berg <anna@example.org> schrieb am Montag, 2. März\n2026 um 10:15:",
    "On 02/03/2026 10:15, Anna Berg via Support Desk of Example Company Ltd\nwrote:",
]
"""Heads broken over lines."""

OWN_WORDS = [
    "On Monday I wrote to your colleague, who said:\n\nplease restart",
    "Here is what I see:\n\nerror 5\nerror 6",
    "On page 3 it says:\nTo: the manager\nhello",
    "From: Berlin\nTo: Hamburg\nWe need two trucks",
    "Please note the following:\n- one\n- two",
    "Date: 3 May\nTime: 10:15\nPlace: Berlin",
    "My data:\nName: Anna\nFrom: Berlin\nSubject: order 5",
    "Am 02.03.2026 um 10:15 habe ich folgendes bestellt:\nDrucker",
    "On 02/03/2026 at 10:15 I received this error:\n\nfatal",
    "Le 2 mars 2026 à 10:15 j’ai commandé ceci :\nImprimante",
    "2026-03-02 10:15:22 ERROR: connection lost:\n2026-03-02 10:15:23 INFO: retry",
    "> quoted by me\n\nanswer one\n\n> quoted again\n\nanswer two",
    "The steps:\n1. On 2 Mar 2026 at 10:15 we start:\n2. next",
    "---\nsection two\n---\nmore text",
    "- one\n- two\n- three",
    "====\nTitle\n====\ntext goes on here for a while",
    "User anna@example.org logged in 2026-03-02 10:15:\nok",
]
"""What only looks like a quote."""
