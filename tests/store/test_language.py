"""The language of letters as customers write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.rules.language import ENOUGH, guess

LETTERS = {
    "en": "Hello, I ordered two weeks ago and my parcel has not arrived. Can you check it?",
    "de": "Guten Tag, ich habe vor zwei Wochen bestellt und das Paket ist noch nicht da. Bitte prüfen.",
    "fr": "Bonjour, j'ai commandé il y a deux semaines et le colis n'est pas arrivé. Pouvez-vous regarder ?",
    "es": "Hola, hice un pedido hace dos semanas y el paquete no ha llegado. ¿Dónde está?",
    "it": "Buongiorno, ho ordinato due settimane fa e il pacco non è arrivato. Dove si trova?",
    "pt": "Olá, fiz um pedido há duas semanas e o pacote não chegou. Onde está?",
    "nl": "Hallo, ik heb twee weken geleden besteld en het pakket is nog niet aangekomen. Kunt u kijken?",
    "pl": "Dzień dobry, zamówiłem dwa tygodnie temu i paczka nie dotarła. Proszę sprawdzić, co się stało.",
    "sv": "Hej, jag beställde för två veckor sedan och paketet har inte kommit. Kan ni se var det är?",
    "cs": "Dobrý den, objednal jsem před dvěma týdny a balík není doručen. Prosím, co se děje?",
    "tr": "Merhaba, iki hafta önce sipariş verdim ve paket gelmedi. Lütfen bakar mısınız?",
    "ru": "Здравствуйте, я заказал две недели назад, и посылка не пришла. Проверьте.",
    "uk": "Добрий день, я замовив два тижні тому, і посилка не надійшла. Перевірте її стан.",
    "ja": "二週間前に注文しましたが、荷物がまだ届きません。確認をお願いします。",
    "zh": "您好，我两周前下的订单，包裹还没有到。请帮我查询一下。",
    "ko": "안녕하세요, 2주 전에 주문했는데 아직 도착하지 않았습니다. 확인 부탁드립니다.",
    "ar": "مرحبا، طلبت قبل أسبوعين ولم يصل الطرد بعد. يرجى التحقق.",
    "el": "Καλημέρα, παρήγγειλα πριν από δύο εβδομάδες και το δέμα δεν έφτασε.",
}


@pytest.mark.parametrize("code", LETTERS)
def test_a_letter_is_told_by_its_language(code: str) -> None:
    found = guess(LETTERS[code])
    assert found.code == code and found.sure >= ENOUGH


@pytest.mark.parametrize("text", ["", "12345 !!", "OK", "ORD-2231 / 8841", "Thanks Dana Reyes"])
def test_where_nothing_can_be_told_nothing_is_said(text: str) -> None:
    assert guess(text).code == ""


@given(st.text())
def test_any_text_gives_a_guess_with_its_sureness(text: str) -> None:
    found = guess(text)
    assert 0 <= found.sure <= 1
    assert not found.code or found.sure >= ENOUGH
