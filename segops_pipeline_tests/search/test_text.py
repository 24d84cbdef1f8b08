from segops_pipeline.search.text import MAX_CHARACTERS, MAX_FIELD_CHARACTERS, search_text, text_hash


def test_the_name_and_the_given_fields_are_searched() -> None:
    data = {"colour": "green", "brand": "Bosch", "ean": "0012345678905"}
    assert search_text("A-1", "Drill", data, ["brand", "colour", "size"]) == "Drill. Bosch. green"


def test_a_list_is_searched_by_its_entries() -> None:
    assert search_text("A-1", "Drill", {"tags": ["red", "new"]}, ["tags"]) == "Drill. red, new"


def test_an_object_is_searched_by_the_texts_of_its_segments() -> None:
    data = {"title": {"T:en-US": "Saw", "T:da": "Sav", "default": ["Säge"]}, "weight": {"default": 3}}
    assert search_text("A-1", "", data, ["title", "weight"]) == "Sav, Saw, Säge"


def test_markup_and_white_space_are_left_out() -> None:
    data = {"description": "<p>For <b>wood</b>\n\n and\tmetal</p>, 3 < 5"}
    assert search_text("A-1", "Drill", data, ["description"]) == "Drill. For wood and metal , 3 < 5"


def test_one_long_field_leaves_room_for_the_others() -> None:
    searched = search_text("A-1", "Drill", {"a": "x" * 10_000, "b": "steel"}, ["a", "b"])
    assert searched == f"Drill. {'x' * MAX_FIELD_CHARACTERS}. steel"


def test_many_long_fields_are_cut() -> None:
    data = {str(number): "x" * 400 for number in range(20)}
    assert len(search_text("A-1", "Drill", data, sorted(data))) == MAX_CHARACTERS


def test_a_product_without_words_is_searched_by_its_sku() -> None:
    assert search_text("A-1", " ", {"tags": []}, ["tags"]) == "A-1"


def test_texts_that_differ_have_hashes_that_differ() -> None:
    assert text_hash("Drill") == text_hash("Drill") != text_hash("drill")
    assert len(text_hash("Säge 🪚")) == 32
