"""Thanks: whether a letter says nothing but thank you, in many languages.

Pure. Every single word has to be known for one of gratitude or of courtesy; one that is not, a number or a
question makes it a letter that wants something. A wrong yes would leave somebody waiting.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

LONGEST = 400
"""Characters of own text; who writes more says more."""
MOST_WORDS = 40

_THANKS = """
thanks thank thankyou thx thnx tnx ty tysm cheers tks
danke dankeschön dankeschon merci vielendank
gracias graciñas gràcies obrigado obrigada obg valeu
grazie bedankt dank dankjewel dankje dankuwel
tack takk tak kiitos kiitti aitäh tänan paldies ačiū
dziękuję dzięki dziekuje dzieki děkuji děkuju díky diky dakujem ďakujem vďaka
hvala köszönöm köszi kösz köszönjük mulțumesc multumesc mersi
teşekkürler teşekkür tesekkur tesekkurler sağol sağolun
спасибо благодарю благодарим дякую дякуємо благодаря хвала
ευχαριστώ ευχαριστω ευχαριστούμε
terimakasih makasih salamat asante
شكرا شكراً متشكرم תודה धन्यवाद
감사합니다 감사해요 고맙습니다 고마워요
ありがとう ありがとうございます ありがとうございました 感謝します
谢谢 謝謝 多谢 感谢 谢谢你 谢谢您 非常感谢 謝謝您 謝謝你
ขอบคุณ ขอบคุณครับ ขอบคุณค่ะ cảmơn
"""

_COURTESY = """
you so very much many a lot again all for the your to really super such of in advance
help helping support reply answer response assistance quick fast prompt swift speedy time effort
great perfect wonderful excellent awesome amazing brilliant fantastic nice good cool lovely ok okay
kind kindly best regards wishes warm sincerely yours too indeed and
hi hello hey dear team everyone folks there
vielen lieben herzlichen herzliche besten schönen schonen tausend nochmals nochmal sehr für fur die der
das den ihre ihren ihrer eure deine deinen schnelle schnellen rasche raschen hilfe antwort unterstützung mühe
super prima klasse toll perfekt bestens wunderbar ausgezeichnet alles klar
freundliche freundlichen grüße grüßen gruß grüsse grüssen viele liebe beste mit hallo liebes guten tag
und auch ihnen euch dir
beaucoup infiniment mille votre ton vos aide réponse rapide rapidité pour la le les de du parfait parfaite
génial excellente bonne journée cordialement bien à vous bonjour cordiales salutations et
muchas muchísimas mil por su tu vuestra ayuda respuesta rápida rápido perfecto excelente
saludos cordiales un saludo hola buen día buenas tardes y
muito muita pela pelo sua vossa ajuda resposta perfeito ótimo
atenciosamente cumprimentos abraço bom dia boa tarde olá e
tante molto infinite ancora per il tua suo aiuto risposta veloce perfetto ottimo
cordiali saluti buona giornata ciao buongiorno gentile
hartelijk heel erg zeer veel voor het je jouw uw hulp snelle reactie antwoord geweldig top
met vriendelijke groet groeten fijne dag
så mycket hjälpen svaret perfekt toppen vänliga hälsningar hej mvh ha en bra snabba
mange tusen meget hjelpen hjælpen hilsen vennlig venlig hilsner god hei
paljon kiitoksia avusta vastauksesta hyvää päivää terveisin ystävällisin hienoa
bardzo serdecznie za pomoc odpowiedź szybką świetnie pozdrawiam pozdrowienia dzień dobry
moc mockrát rychlou odpověď s pozdravem dobrý den pekný pekne
szépen nagyon a segítséget választ gyors üdvözlettel jó napot
mult foarte pentru ajutor răspuns rapid cu stimă ziua
çok ederim ederiz yardımınız için hızlı cevap iyi günler saygılarımla
большое огромное вам тебе за помощь ответ быстрый отлично с уважением добрый день здравствуйте
дуже щиро за допомогу відповідь з повагою вітаю много
πολύ πολυ για τη βοήθεια την απάντηση καλημέρα με εκτίμηση
どうも 本当に お世話になりました 了解です 助かりました 解決しました よろしくお願いします
よろしくお願いいたします
정말 대단히 도움 주셔서 빠른 답변 해결되었습니다 안녕하세요
非常 您的 你的 帮助 回复 好的 问题 已经 解决了 您好 你好 祝好 收到
جزيلا جزيلاً لكم على المساعدة الرد كثيرا רבה מאוד על העזרה מעולה
"""

_STATED = re.compile(
    r"(?<!\w)(?:"
    r"(?:it|this|that|everything|all)(?:'s| is)? (?:now )?(?:works?|working|worked|solved|resolved|fixed|done"
    r"|fine|good|sorted|clear)(?: (?:now|again|perfectly|great|fine|well))*"
    r"|works (?:now|again|perfectly|great|fine|well|like a charm)|problem solved|all set"
    r"|(?:i )?(?:really )?appreciate (?:it|that|this|your help)|much appreciated|thanks a million"
    r"|(?:have|enjoy) (?:a|your) (?:nice |great |good |lovely )?(?:day|evening|week|weekend)(?: too)?"
    r"|(?:es|alles) (?:funktioniert|geht|läuft)(?: (?:jetzt|nun|wieder))*"
    r"|jetzt (?:funktioniert|geht|läuft) (?:es|alles)"
    r"|(?:ich )?wünsche (?:ihnen|euch|dir) (?:einen schönen tag|ein schönes wochenende)"
    r"|(?:tout|ça|cela) (?:fonctionne|marche)(?: maintenant)?|c'est (?:bon|parfait|réglé)"
    r"|(?:ya|todo) (?:funciona|está bien)|(?:agora|tudo) (?:funciona|certo)"
    r"|(?:tutto|adesso) funziona|alles werkt(?: nu)?"
    r"|terima kasih|c\u1ea3m \u01a1n"
    r")(?!\w)"
)
"""Sentences whose words could also ask or complain, in another order."""

_SENT_FROM = re.compile(
    r"^\s*(?:sent from|get outlook for|gesendet von|von meinem .{0,30} gesendet|envoyé de|enviado desde|"
    r"enviado do|inviato da|verzonden vanaf|skickat från|sendt fra|lähetetty|wysłane z|отправлено с)"
    r"(?:\s+[\w.&-]+){1,4}\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_EMOTICON = re.compile(r"(?<!\w)(?:[:;=8]['-]?[)\]DPp*]+|<3|\^\^|\(?[:;]-?\))(?!\w)")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_MARKS = re.compile(r"[?？؟;]|https?:|www\.|@|\d")


def _words(text: str) -> frozenset[str]:
    return frozenset(_plain(text).split())


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold().replace("’", "'")


_GRATITUDE = _words(_THANKS)
_KNOWN = _GRATITUDE | _words(_COURTESY)
_UNSPACED = tuple(sorted((word for word in _KNOWN if ord(word[0]) > 0x2E7F), key=len, reverse=True))
"""Words of scripts that put no spaces between them, longest first."""


def only_thanks(text: str, *, names: Iterable[str] = ()) -> bool:
    """Whether what somebody newly wrote (quotes and signature left out) is thanks and nothing else.

    `names` are those of the writer and of us, which may stand in a greeting or below.
    """
    if "?" in text or "@" in text:
        return False  # before any dear look: it wants something, or is no more than an address
    said = _EMOTICON.sub(" ", _SENT_FROM.sub(" ", text)).strip()
    if not said or len(said) > LONGEST or _MARKS.search(said):
        return False
    plain = " ".join(_plain(said).split())
    known = _KNOWN | {word for name in names for word in _WORD.findall(_plain(name))}
    rest = _WORD.findall(_STATED.sub(" ", plain))
    words = [piece for word in rest for piece in _pieces(word)]
    if len(words) > MOST_WORDS or not all(word in known for word in words):
        return False
    return any(word in _GRATITUDE for word in words) or _ALONE.search(plain) is not None


def _pieces(word: str) -> list[str]:
    """The known words that make up one written without spaces; the word itself where they do not."""
    if word in _KNOWN or ord(word[0]) <= 0x2E7F:
        return [word]
    pieces: list[str] = []
    rest = word
    while rest:
        start = next((known for known in _UNSPACED if rest.startswith(known)), "")
        if not start:
            return [word]
        pieces.append(start)
        rest = rest[len(start) :]
    return pieces


_ALONE = re.compile(
    r"(?<!\w)(?:much appreciated|appreciate (?:it|that|this|your help)|terima kasih|c\u1ea3m \u01a1n)(?!\w)"
)
"""Thanks of several words, each of which could stand in another sentence."""
