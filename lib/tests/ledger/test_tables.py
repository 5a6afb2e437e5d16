"""Tables are typeset as the text is, and refuse what they cannot show."""

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from lowdim.ledger import table

FRAME = pd.DataFrame(
    {"error": [3.5e-9, np.nan], "share": [0.125, 1.0], "of": [20, 12000]}, index=["a < b", "c"]
)


def read(made):
    return BeautifulSoup(made.html, "html.parser")


def test_numbers_are_typeset_and_headings_are_headings():
    soup = read(table(FRAME, "A & B", units={"share": "%"}, missing="not run"))
    assert soup.caption.text == "A & B"
    assert [head.text for head in soup.select("thead th[scope=col]")] == ["error", "share", "of"]
    assert [head.text for head in soup.select("tbody th[scope=row]")] == ["a < b", "c"]
    assert [cell.text for cell in soup.select("tbody td")] == [
        "3.5\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}10−9",
        "12\N{NO-BREAK SPACE}%",
        "20",
        "not run",
        "100\N{NO-BREAK SPACE}%",
        "12,000",
    ]
    assert soup.sup.text == "−9"


def test_a_count_of_rows_is_not_shown_and_digits_go_by_column():
    soup = read(table(pd.DataFrame({"x": [1.2345], "y": [1.2345]}), "", digits={"x": 4}))
    assert not soup.select("tbody th")
    assert [cell.text for cell in soup.select("td")] == ["1.234", "1.2"]


def test_a_tuple_is_a_number_with_its_range_and_a_word():
    soup = read(table(pd.DataFrame({"x": [(0.5, (0.25, 1.0), "7% fit")]}), "", digits=1))
    assert [part.text for part in soup.select("td small")] == ["0.2 to 1", "7% fit"]
    assert soup.td.text.startswith("0.5")
    same = read(table(pd.DataFrame({"x": [(0.5, (0.5501, 0.5502))]}), "", digits=2))
    assert [part.text for part in same.select("td small")] == ["0.55"]  # what looks alike is said once


def test_bold_cells_are_those_that_were_chosen():
    frame = pd.DataFrame({"x": [1, 2], "y": [2, 1]})
    soup = read(table(frame, "", bold=frame.eq(1)))
    assert [cell.text for cell in soup.select("td strong")] == ["1", "1"]
    with pytest.raises(ValueError, match="bold must say yes or no for each"):
        table(frame, "", bold=frame[["x"]])


@pytest.mark.parametrize("value", [None, [1], True])
def test_what_is_no_number_and_no_text_is_refused(value):
    with pytest.raises(TypeError):
        table(pd.DataFrame({"x": [value]}, dtype=object), "")


def test_outside_of_a_page_it_is_text():
    shown = table(FRAME, "Errors")._repr_mimebundle_()["text/plain"]
    assert shown.startswith("Errors\n")
    assert "12000" in shown
