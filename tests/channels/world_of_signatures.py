"""How telephones and mail programs sign in many languages, and people who only write about them.

Data of our own; `test_mime_quotes_world` knows what must become of it.
"""

from __future__ import annotations

SIGNATURES = """\
Sent from my iPhone
Sent from my iPad
Sent from my Samsung Galaxy smartphone.
Sent from my Galaxy
Sent from my Huawei phone
Sent from my Verizon, Samsung Galaxy smartphone
Sent from my Verizon Wireless 4G LTE smartphone
Sent from my T-Mobile 4G LTE Device
Sent from my BlackBerry 10 smartphone.
Sent from my BlackBerry
Sent from my Windows Phone
Sent from my Pixel 7
Sent from my Mi phone
Sent from my mobile device
Sent from my phone. Please excuse typos.
Sent from my iPhone, please excuse any typos
Sent from Yahoo Mail on Android
Sent from Yahoo Mail for iPhone
Sent from Yahoo Mail. Get the app
Sent from Mail for Windows 10
Sent from Mail for Windows
Sent from Outlook for iOS
Sent from Outlook for Android
Sent from Outlook
Get Outlook for iOS<https://aka.ms/o0ukef>
Get Outlook for Android
Sent from AOL on Android
Sent from AOL Mobile Mail
Sent from Gmail Mobile
Sent from Proton Mail for iOS
Sent with Proton Mail secure email.
Sent from ProtonMail Mobile
Sent with Spark
Sent via BlackBerry from T-Mobile
Sent from myMail for iOS
Sent from Mailbird
Sent from Nine
Sent from Canary
Sent with Airmail
Sent from TypeApp
Sent using Hushmail
Sent from Zoho Mail
Sent from a mobile device
Sent from Samsung Mobile
Sent on the go
Von meinem iPhone gesendet
Von meinem iPad gesendet
Von meinem Samsung Galaxy Smartphone gesendet.
Von meinem Samsung Gerät gesendet.
Von meinem Handy gesendet
Von meinem Huawei-Mobiltelefon gesendet
Gesendet von meinem iPhone
Gesendet von Mail für Windows 10
Gesendet von Outlook für Android
Gesendet von Yahoo Mail auf Android
Gesendet mit der GMX Mail App
Diese Nachricht wurde von meinem Android Mobiltelefon mit GMX Mail gesendet.
Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.
Gesendet mit der WEB.DE Mail App
Gesendet mit der Telekom Mail App
Outlook für Android herunterladen
Holen Sie sich Outlook für iOS
Outlook für iOS beziehen<https://aka.ms/o0ukef>
Envoyé de mon iPhone
Envoyé de mon iPad
Envoyé depuis mon mobile Samsung.
Envoyé depuis mon smartphone Samsung Galaxy.
Envoyé depuis mon appareil Galaxy
Envoyé depuis Yahoo Mail pour Android
Envoyé à partir de Outlook pour Android
Envoyé à partir de Courrier pour Windows 10
Envoyé de mon appareil mobile
Envoyé depuis l'application Mail Orange
Obtenez Outlook pour Android
Télécharger Outlook pour iOS
Obtenir Outlook pour iOS
Provenance : Courrier pour Windows 10
Enviado desde mi iPhone
Enviado desde mi iPad
Enviado desde mi Samsung Mobile de Movistar
Enviado desde mi smartphone Samsung Galaxy.
Enviado desde Yahoo Mail para Android
Enviado desde Correo para Windows 10
Enviado desde Outlook para Android
Obtener Outlook para iOS
Obtener Outlook para Android
Enviado do meu iPhone
Enviado do meu smartphone Samsung Galaxy.
Enviado a partir do meu smartphone Samsung Galaxy.
Enviado do meu Galaxy
Enviado do Email para Windows 10
Enviado do Yahoo Mail no Android
Enviado do Outlook para Android
Obter o Outlook para iOS
Obter Outlook para Android
Enviada do meu iPhone
Enviado via iPhone
Inviato da iPhone
Inviato da iPad
Inviato dal mio iPhone
Inviato dal mio dispositivo Samsung
Inviato dal mio smartphone Samsung Galaxy.
Inviato da Posta per Windows 10
Inviato da Outlook per Android
Inviato da Yahoo Mail su Android
Inviato da smartphone Samsung Galaxy.
Scarica Outlook per iOS
Ottieni Outlook per Android
Verstuurd vanaf mijn iPhone
Verzonden vanaf mijn iPhone
Verzonden vanaf mijn Samsung Galaxy-smartphone.
Verzonden vanaf Mail voor Windows 10
Verzonden vanuit Mail voor Windows
Verzonden via Yahoo Mail op Android
Outlook voor Android downloaden
Outlook voor iOS downloaden<https://aka.ms/o0ukef>
Verstuurd vanaf mijn mobiele telefoon
Skickat från min iPhone
Skickat från min Samsung-telefon
Skickat från min Samsung Galaxy-smartphone.
Skickat från E-post för Windows 10
Skickat från Outlook för Android
Hämta Outlook för Android
Hämta Outlook för iOS
Sendt fra min iPhone
Sendt fra min iPad
Sendt fra min Samsung Galaxy-smartphone.
Sendt fra Mail til Windows 10
Sendt fra Outlook til Android
Hent Outlook til Android
Hent Outlook til iOS
Få Outlook for Android
Skaff deg Outlook for iOS
Last ned Outlook for Android
Sendt fra min mobil
Sendt fra E-post for Windows 10
Lähetetty iPhonesta
Lähetetty iPadista
Lähetetty Samsung Galaxy -älypuhelimesta.
Lähetetty Windowsin sähköpostista
Lähetetty Outlookista
Hanki Outlook for Android
Hanki Outlook for iOS
Wysłane z iPhone'a
Wysłane z iPhona
Wysłano z mojego iPhone'a
Wysłane z mojego telefonu Samsung
Wysłano ze smartfona Samsung Galaxy.
Wysłano z urządzenia Samsung
Wysłane z aplikacji Poczta systemu Windows
Pobierz program Outlook dla systemu Android
Pobierz aplikację Outlook dla systemu iOS
Odesláno z iPhonu
Odesláno z mého iPhonu
Odesláno ze Samsung Mobile
Odesláno z mobilu
Odesláno z Pošty pro Windows 10
Získat Outlook pro Android
Odoslané z iPhonu
Odoslané z môjho iPhonu
Отправлено с iPhone
Отправлено с iPad
Отправлено с моего iPhone
Отправлено с моего Samsung
Отправлено из Почты для Windows 10
Отправлено из мобильной Почты Mail.ru
Отправлено из мобильной Яндекс.Почты
Отправлено из Mail.ru для Android
Отправлено с устройства Galaxy
Надіслано з iPhone
Надіслано з мого iPhone
Enviat des del meu iPhone
Trimis de pe iPhone
Trimis de pe iPhone-ul meu
Trimis din Yahoo Mail pe Android
Poslano z mojega iPhona
Poslano s iPhonea
Poslano s mog iPhonea
Изпратено от моя iPhone
Изпратено от iPhone
Στάλθηκε από το iPhone μου
Στάλθηκε από το κινητό μου
Εστάλη από το iPhone μου
Αποστολή από Ταχυδρομείο για Windows 10
iPhone'umdan gönderildi
iPhone'dan gönderildi
iPad'imden gönderildi
Samsung cihazımdan gönderildi
Samsung Galaxy akıllı telefonumdan gönderildi.
Android için Yahoo Postadan gönderildi
Android için Outlook'u edinin
iPhone-ról küldve
Az iPhone-omról küldve
Elküldve az iPhone-omról
Elküldve Samsung készülékről
iPhoneから送信
iPadから送信
私のiPhoneから送信
Galaxyから送信
Androidから送信
Windows 版のメールから送信
iOS 版 Outlook を入手
Outlook for iOS を入手
Yahoo!メール アプリから送信
发自我的 iPhone
发自我的iPhone
从我的 iPad 发送
发自我的华为手机
发自我的小米手机
来自我的 iPhone
从我的iPhone发送
发送自 Windows 10 版邮件应用
获取 Outlook for iOS
從我的 iPhone 傳送
我從我的 iPhone 傳送
傳送自我的 iPhone
從 iPhone 傳送
發自我的 iPhone
나의 iPhone에서 보냄
내 iPhone에서 보냄
나의 Galaxy에서 보냄
iPhone에서 보냄
Windows용 메일에서 보냄
삼성 휴대폰에서 보냈습니다.
Android용 Outlook 다운로드
נשלח מה-iPhone שלי
נשלח מהאייפון שלי
נשלח מ-Outlook עבור Android
נשלח מהטלפון שלי
أرسلت من الـ iPhone
أُرسلت من الـ iPhone
تم الإرسال من هاتفي
أرسلت من هاتفي الـ Samsung
مرسل من الـ iPhone الخاص بي
تم الإرسال من الـ iPhone
Đã gửi từ iPhone của tôi
Gửi từ iPhone của tôi
Dikirim dari iPhone saya
Dikirim dari Yahoo Mail di Android
Dihantar daripada iPhone saya
ส่งจาก iPhone ของฉัน
ส่งจากไอโฟนของฉัน
ارسال شده از آیفون من
मेरे iPhone से भेजा गया
Saadetud minu iPhone'ist
Išsiųsta iš mano iPhone
Nosūtīts no mana iPhone
Sent from my iPhone > Please excuse brevity
<Sent from my iPhone>
(Sent from my iPhone)
[Sent from my phone]
*Sent from my iPhone*
_Sent from my iPad_
Sent from [my iPhone](https://example.com)
"""
"""Telephones and programs."""

SENTENCES = """\
Sent from my iPhone the pictures never arrive, could you look into it?
I sent from my iPhone yesterday but it was not delivered.
Sent from the warehouse in Berlin on Monday, the parcel never arrived.
Enviado ayer por correo, espero su respuesta.
Verzonden op maandag, nog steeds niet ontvangen.
Gesendet am Montag, noch nichts angekommen.
Outlook for iOS crashes when I open your portal.
The form was sent from our web site and nothing happened since then.
Get the app working please.
Inviato ieri il modulo, attendo risposta.
Skickat in formuläret igår
Sent by courier on Monday
Hent pakken i dag
Hämta paketet i morgon
Obtener una factura
Scarica la fattura
Lähetetty eilen
Отправлено вчера курьером, номер накладной 55
Gönderildi mi?
"""
"""People who write about them."""
