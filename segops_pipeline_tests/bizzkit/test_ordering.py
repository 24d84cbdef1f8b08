from segops_pipeline.catalogue.pim.ordering import sorted_rows


def test_rows_that_refer_to_nothing_stay_where_they_are() -> None:
    assert sorted_rows([("C", ()), ("A", ()), ("B", ())]).order == [0, 1, 2]


def test_a_row_comes_after_the_row_that_it_refers_to() -> None:
    rows = [("Brand3", ["Brand2"]), ("Brand2", ["Brand1"]), ("Brand1", [])]

    assert sorted_rows(rows).order == [2, 1, 0]


def test_a_row_that_is_needed_comes_only_as_early_as_it_is_needed() -> None:
    rows = [("X", ()), ("B", ["A"]), ("Y", ()), ("A", ()), ("Z", ())]

    assert sorted_rows(rows).order == [0, 3, 1, 2, 4]


def test_references_to_records_that_no_row_makes_do_not_matter() -> None:
    assert sorted_rows([("A", ["elsewhere"]), ("B", ["A"])]).order == [0, 1]


def test_rows_of_one_record_stay_in_the_order_of_the_file() -> None:
    rows = [("V", ()), ("V", ["M"]), ("M", ())]

    assert sorted_rows(rows).order == [0, 2, 1]


def test_a_row_that_frees_a_variant_and_a_later_one_that_places_it_make_no_circle() -> None:
    rows = [("M", ["V"]), ("V", ()), ("V", ["other"]), ("other", ["M"])]

    sorted_ = sorted_rows(rows)

    assert not sorted_.circles
    assert sorted_.order == [1, 0, 3, 2]


def test_a_circle_is_named_with_its_members() -> None:
    rows = [("X", ()), ("A", ["B"]), ("B", ["C"]), ("C", ["A"]), ("Y", ["A"])]

    sorted_ = sorted_rows(rows)

    assert sorted_.order == [0, 4]
    (circle,) = sorted_.circles
    assert circle.positions == (1, 2, 3)
    assert circle.path == ("A", "B", "C", "A")


def test_a_circle_tells_its_way_round_and_what_to_do() -> None:
    (circle,) = sorted_rows([("A", ["B"]), ("B", ["A"])]).circles

    issue = circle.issue(2)

    assert issue.code == "circular_references"
    assert issue.line == 2
    assert "A → B → A" in issue.message
    assert issue.suggestion


def test_each_circle_is_named_by_itself() -> None:
    rows = [("A", ["B"]), ("B", ["A"]), ("C", ["D"]), ("D", ["C"])]

    assert [one.path for one in sorted_rows(rows).circles] == [("A", "B", "A"), ("C", "D", "C")]


def test_rows_that_only_lead_to_a_circle_are_no_part_of_it() -> None:
    rows = [("first", ["A"]), ("A", ["B"]), ("B", ["A"])]

    sorted_ = sorted_rows(rows)

    assert sorted_.circles[0].positions == (1, 2)
    assert sorted_.order == [0]


def test_a_reference_of_a_record_to_itself_is_left_to_its_row() -> None:
    assert sorted_rows([("A", ["A"])]).order == [0]


def test_a_chain_of_many_thousand_rows_in_reverse_order_is_sorted() -> None:
    rows = [(str(number), [str(number + 1)]) for number in range(20_000)]

    assert sorted_rows(rows).order == list(range(19_999, -1, -1))
