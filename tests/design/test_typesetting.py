"""Words of a line stand in the order in which a reader's eye meets them."""

from media_factory.design.typesetting import visual_order
from media_factory.languages import is_right_to_left


def test_english_words_stand_as_they_are_read() -> None:
    assert visual_order(["one", "two", "three"], "en") == [0, 1, 2]


def test_arabic_words_stand_from_the_right() -> None:
    assert visual_order(["واحد", "اثنان", "ثلاثة"], "ar") == [2, 1, 0]
    assert is_right_to_left("ar-EG")


def test_a_latin_name_keeps_its_order_inside_arabic() -> None:
    order = visual_order(["في", "New", "York", "اليوم"], "ar")
    assert order.index(1) + 1 == order.index(2)
    assert order[0] == 3
