"""The ledger: what passes, what fails, and what claims.yml may say."""

import math
import re

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lowdim.ledger import verdict as ledger
from lowdim.ledger.claims import claims_path, read_claims

ENTRY = """
- id: loss-identity
  chapter: 01_setting
  kind: example
  claim: "The loss is $\\\\sum r_j^2$."
  quantity: "distance <from> the closed form"
  test: {test}
  control: "the closed form of another teacher"
"""


@pytest.fixture
def claims(tmp_path, monkeypatch):
    """Write a claims.yml, make it the one in force, and return its path."""

    def write(test="{below: 1e-8}", text=None):
        path = tmp_path / "book" / "claims.yml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(ENTRY.replace("{test}", test) if text is None else text, encoding="utf-8")
        monkeypatch.setenv("LOWDIM_CLAIMS", str(path))
        return path

    return write


@pytest.fixture
def shown(monkeypatch):
    """Record a claim; what is shown for it, as MIME types and metadata."""

    def record(value, control):
        displayed = []
        monkeypatch.setattr("IPython.display.display", displayed.append)
        ledger.record("loss-identity", value=value, control=control)
        (verdict,) = displayed
        return verdict._repr_mimebundle_()

    return record


@pytest.mark.parametrize(
    ("test", "inside", "outside"),
    [
        ("{below: 1e-8}", [9.9e-9, -3.0], [1e-8, 2.0, math.inf]),
        ("{above: 2}", [2.1, 1e300], [2.0, -5.0, math.inf]),
        ("{between: [1.9, 2.1]}", [1.9, 2.0, 2.1], [1.89, 2.11, -2.0]),
        ("{order: {expected: 1.0, within: 0.25}}", [0.75, 1.0, 1.25], [0.74, 1.26]),
    ],
)
def test_each_form_of_test_decides_as_it_reads(claims, test, inside, outside):
    (claim,) = read_claims(claims(test))
    assert all(map(claim.test.passes, inside))
    assert not any(map(claim.test.passes, [*outside, math.nan, -math.inf]))


def test_a_true_claim_with_a_failing_control_is_verified(claims, shown):
    claims()
    data, metadata = shown(np.array([1e-9, 2e-9]), torch.tensor([0.5, 3.0], requires_grad=True))
    row = metadata[ledger.MIME]
    assert row == {
        "id": "loss-identity",
        "value": [1e-9, 2e-9],
        "control": [0.5, 3.0],
        "passed": True,
        "control_failed": True,
        "test": "below 1e-08",
    }
    html = data["text/html"]
    assert 'id="claim-loss-identity"' in html
    assert "lowdim-claim-verified" in html
    assert "<dt>Distance &lt;from&gt; the closed form</dt>" in html
    assert "fails, as it\N{NO-BREAK SPACE}must" in html
    assert data["text/plain"].startswith("loss-identity: verified.")


def test_one_bad_value_among_many_makes_the_claim_false_and_nothing_is_raised(claims, shown):
    claims()
    data, metadata = shown([1e-9, 1.0, 1e-9], [1.0])
    assert metadata[ledger.MIME]["passed"] is False
    assert "lowdim-claim-false" in data["text/html"]
    assert ": false." in data["text/plain"]


def test_one_passing_control_among_many_spoils_the_claim(claims, shown):
    claims()
    data, metadata = shown(1e-9, [1.0, 1e-9])
    assert metadata[ledger.MIME]["control_failed"] is False
    assert "lowdim-claim-false" in data["text/html"]
    assert "passes, and must\N{NO-BREAK SPACE}not" in data["text/html"]


def test_a_value_that_is_not_finite_fails(claims, shown):
    claims()
    row = shown([math.nan, math.inf], [1.0])[1][ledger.MIME]
    assert (row["passed"], row["control_failed"]) == (False, True)
    assert [float(x) for x in row["value"]] == pytest.approx([math.nan, math.inf], nan_ok=True)


@pytest.mark.parametrize("control", [math.nan, math.inf, -math.inf, [1.0, math.nan], torch.tensor(math.nan)])
def test_a_control_that_decides_nothing_is_refused(claims, shown, control):
    claims()
    with pytest.raises(ValueError, match="NaN and infinity fail every test"):
        shown(1e-9, control)


@pytest.mark.parametrize("same", [1.0, [1e-9, 2.0], np.ones((2, 2))])
def test_a_control_that_is_the_value_is_refused(claims, shown, same):
    claims()
    with pytest.raises(ValueError, match="control equals value, number for number"):
        shown(same, np.array(same))


@pytest.mark.parametrize(
    "truth", [True, np.True_, [0.5, True], np.array([True]), torch.tensor([True]), [[np.True_, 0.0]]]
)
def test_a_truth_value_is_no_measurement(claims, shown, truth):
    claims()
    for value, control in ((truth, 1.0), (1e-9, truth)):
        with pytest.raises(ValueError, match="must be real numbers, got"):
            shown(value, control)


def test_ragged_pieces_are_refused(claims, shown):
    claims()
    with pytest.raises(ValueError, match="value is made of pieces of different length"):
        shown([[1e-9], [1e-9, 2e-9]], 1.0)


@given(st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=5))
def test_the_summary_never_hides_the_extremes(numbers):
    told = [
        float(x)
        for x in re.findall(r"-?(?:inf|\d[\d.]*(?:e[+-]\d+)?)(?! values)", ledger.summary(tuple(numbers)))
    ]
    assert told[0] == pytest.approx(min(numbers), rel=1e-3)
    assert told[-1] == pytest.approx(max(numbers), rel=1e-3)


def test_nan_is_told_among_numbers():
    assert ledger.summary((math.nan, 0.5)) == "0.5 to nan (2 values)"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("-1.5e-10", "−1.5\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}10<sup>−10</sup>"),
        (
            "1e+04 to 2e+13",
            "10<sup>4</sup> to\N{NO-BREAK SPACE}2\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}10<sup>13</sup>",
        ),
        ("below -inf", "below −inf"),
        ("a-1 < b", "a-1 &lt; b"),
    ],
)
def test_numbers_in_html(text, html):
    assert ledger.html_numbers(text) == html


@pytest.mark.parametrize("value", [[], np.zeros((0, 3)), "0.5", None, 1j, [object()]])
def test_what_is_no_number_is_refused(claims, value):
    claims()
    with pytest.raises(ValueError, match="claim 'loss-identity': value"):
        ledger.record("loss-identity", value=value, control=1.0)
    with pytest.raises(ValueError, match="claim 'loss-identity': control"):
        ledger.record("loss-identity", value=1e-9, control=value)


def test_an_unknown_id_is_answered_with_the_known_ones(claims):
    claims()
    with pytest.raises(KeyError, match=r"'loss-idenity' is not in .*claims.yml, which lists loss-identity"):
        ledger.record("loss-idenity", value=1.0, control=2.0)


def test_value_and_control_are_both_required(claims):
    claims()
    with pytest.raises(TypeError, match="control"):
        ledger.record("loss-identity", value=1.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("  control:", "  contro:"), "loss-identity: misses control"),
        (("  test:", "  seed: 3\n  test:"), "loss-identity: has unknown seed"),
        (("loss-identity", "Loss Identity"), "lower case"),
        (('quantity: "', 'quantity: "$x$ '), "quantity must be plain text"),
        (('"the closed form of another teacher"', "''"), "control must be text"),
        (("{below: 1e-8}", "{below: tiny}"), "'tiny' in the test is no finite number"),
        (("{below: 1e-8}", "{below: .nan}"), "nan in the test is no finite number"),
        (("{below: 1e-8}", "{below: true}"), "True in the test is no finite number"),
        (("{below: 1e-8}", "{below: 1, above: 0}"), "expected one of below"),
        (("{below: 1e-8}", "{between: [2, 1]}"), "with low < high"),
        (("{below: 1e-8}", "{order: {expected: 1, within: 0}}"), "within > 0"),
        (("{below: 1e-8}", "below 1"), "expected one of below"),
        (("- id: loss-identity", "- loss-identity\n- id: a"), "entry 1: expected the fields"),
    ],
)
def test_a_malformed_entry_is_named_with_its_rule(claims, change, message):
    text = ENTRY.replace("{test}", "{below: 1e-8}").replace(*change)
    with pytest.raises(ValueError, match=re.escape(message)):
        read_claims(claims(text=text))


def test_two_entries_of_one_id_are_refused(claims):
    entry = ENTRY.replace("{test}", "{below: 1}")
    with pytest.raises(ValueError, match="loss-identity: this id occurs twice"):
        read_claims(claims(text=entry + entry))


def test_text_that_is_no_yaml_and_yaml_that_is_no_list(claims):
    with pytest.raises(ValueError, match=r"claims\.yml: while parsing"):
        read_claims(claims(text="- {id: [}"))
    with pytest.raises(ValueError, match="expected a list of claims, found dict"):
        read_claims(claims(text="id: a"))


def test_an_empty_file_holds_no_claim(claims):
    assert read_claims(claims(text="# none yet\n")) == []


def test_the_file_is_found_from_a_folder_below(claims, tmp_path, monkeypatch):
    path = claims()
    monkeypatch.delenv("LOWDIM_CLAIMS")
    deep = tmp_path / "notebooks" / "drafts"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    assert claims_path() == path


def test_a_missing_file_says_how_to_name_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LOWDIM_CLAIMS", raising=False)
    with pytest.raises(FileNotFoundError, match="LOWDIM_CLAIMS"):
        claims_path()
    monkeypatch.setenv("LOWDIM_CLAIMS", "nowhere.yml")
    with pytest.raises(FileNotFoundError, match=r"nowhere\.yml"):
        claims_path()


LAW = """
- id: loss-identity
  chapter: 01_setting
  kind: law
  claim: "The loss is small."
  quantity: "loss"
  test: {below: 0.5}
  control: "the loss of a large start"
  drawn: "starts"
  share: 0.8
"""


@pytest.mark.parametrize(
    ("value", "control", "word"),
    [
        ([0.1] * 8 + [1.0] * 2, [1.0] * 8 + [0.1] * 2, "verified"),
        ([0.1] * 7 + [1.0] * 3, [1.0] * 10, "false"),
        ([0.1] * 10, [1.0] * 7 + [0.1] * 3, "control passes"),
    ],
)
def test_a_law_holds_for_the_share_of_draws_that_it_claims(claims, shown, value, control, word):
    claims(text=LAW)
    data, _ = shown(value, control)
    assert f"loss-identity: {word}." in data["text/plain"]
    assert "below 0.5 for 80\N{NO-BREAK SPACE}% of the draws" in data["text/plain"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("kind: law", "kind: rule", "kind is 'rule', expected one of theorem, example, law"),
        ("kind: law", "kind: example", "has unknown drawn, share"),
        ('  drawn: "starts"\n', "", "misses drawn"),
        ("share: 0.8", "share: 1.2", "share is 1.2, expected a share of the draws above 0.5"),
        ("share: 0.8", "share: 0.5", "share is 0.5, expected a share of the draws above 0.5"),
        ("share: 0.8", "share: true", "no finite number"),
    ],
)
def test_a_law_says_what_is_drawn_and_how_often_it_holds(claims, old, new, message):
    with pytest.raises(ValueError, match=message):
        read_claims(claims(text=LAW.replace(old, new)))


def test_a_notebook_by_itself_is_told_the_numbers(tmp_path, monkeypatch, capsys, shown):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LOWDIM_CLAIMS", raising=False)
    ledger.record("loss-identity", value=1e-9, control=[0.5, 3.0])
    told = capsys.readouterr().out
    assert told.startswith("loss-identity: measured 1e-09, control 0.5 to 3 (2 values); no verdict")
    monkeypatch.setenv("LOWDIM_CLAIMS", "nowhere.yml")
    with pytest.raises(FileNotFoundError):
        ledger.record("loss-identity", value=1e-9, control=0.5)


def test_masked_entries_are_refused(claims, shown):
    claims()
    with pytest.raises(ValueError, match="value has masked entries"):
        shown(np.ma.masked_array([1.0, 9.0], [False, True]), 1.0)
