"""Thanks and nothing else, in many languages; everything that might want an answer is no thanks."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.rules.thanks import LONGEST, only_thanks

THANKS = (
    "Thanks!", "thx", "Thank you so much for your help, it works perfectly now :)", "Much appreciated",
    "Thanks, all good now.\n\nBest regards,\nDana", "Cheers team", "Thanks\n\nSent from my iPhone",
    "Thank you. Have a nice weekend!", "Vielen Dank für die schnelle Hilfe!\n\nViele Grüße\nDana",
    "Danke, jetzt funktioniert alles.", "Merci beaucoup pour votre aide", "Merci, c'est parfait !",
    "¡Muchas gracias por su ayuda!", "Grazie mille", "Muito obrigado pela ajuda", "Bedankt voor de hulp",
    "Hartelijk dank, met vriendelijke groet", "Tack så mycket", "Mange tak for hjælpen", "Kiitos avusta",
    "Dziękuję bardzo", "Děkuji moc", "Ďakujem", "Hvala", "Köszönöm szépen", "Mulțumesc mult",
    "Çok teşekkür ederim", "Спасибо большое!", "Щиро дякую", "Благодаря много", "Ευχαριστώ πολύ",
    "ありがとうございました。", "谢谢，问题解决了", "非常感谢您的帮助", "감사합니다",
    "شكرا جزيلا", "תודה רבה",
    "terima kasih", "Cảm ơn", "Thank you 🙏",
)  # fmt: skip

NOT_ONLY = (
    "", "   ", "ok", "It works", "Thanks, but it still fails.", "No thanks", "Thanks for nothing",
    "Thanks?",
    "Thank you. Can you also check the second export", "Thanks, is it fixed now",
    "Thanks. Have you solved this",
    "Thanks, order 4711 too please", "Thanks, see http://a.example",
    "Great, thank you. It is not working",
    "Danke, geht leider nicht", "Danke, funktioniert das jetzt", "Danke, noch eine Frage",
    "Merci, mais ça ne marche pas",
    "Gracias, pero no funciona", "Grazie, ma non funziona", "Obrigado, mas ainda não funciona",
    "Dank, maar het werkt niet",
    "Спасибо, но не работает", "谢谢，但是还没有解决", "ありがとうございます。まだ動きません",
    "Thanks, who is Eve",
    "Thanks, cancel the rest", "Thank you, waiting for the invoice", "Thanks, I will test it tomorrow",
)  # fmt: skip


@pytest.mark.parametrize("text", THANKS)
def test_thanks_in_many_languages_are_thanks(text: str) -> None:
    assert only_thanks(text, names=["Dana Novak"])


@pytest.mark.parametrize("text", NOT_ONLY)
def test_what_wants_more_is_not_only_thanks(text: str) -> None:
    assert not only_thanks(text, names=["Dana Novak"])


def test_a_name_is_known_only_when_it_is_handed_in() -> None:
    assert only_thanks("Thanks!\nZebulon", names=["Zebulon Pike"]) and not only_thanks("Thanks!\nZebulon")


@given(st.sampled_from(THANKS), st.text(string.ascii_lowercase, min_size=3, max_size=9))
def test_one_unknown_word_makes_it_a_letter_that_wants_something(text: str, word: str) -> None:
    assert not only_thanks(f"qx{word} {text}", names=["Dana Novak"])


def test_long_letters_are_more_than_thanks() -> None:
    assert not only_thanks("thanks " * LONGEST)
