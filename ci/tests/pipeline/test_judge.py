"""The four faults of a ledger, planted in a notebook that the real pipeline executes, are caught."""

import pytest

from ci.pipeline.execute import execute
from ci.pipeline.judge import judge, records
from ci.pipeline.pages import claims_page, state
from lowdim.ledger.claims import read_claims

CLAIMS = {
    "kept": "01_small",
    "missing": "01_small",
    "doubled": "01_small",
    "untrue": "01_small",
    "soft": "01_small",
    "strayed": "02_other",
}
ENTRY = """
- id: {id}
  chapter: {chapter}
  kind: example
  claim: "A sentence about $x_{{1}}$."
  quantity: "distance from the truth"
  test: {{below: 1e-3}}
  control: "the same distance for another truth"
"""
CELLS = [
    "from lowdim import ledger\nledger.record('kept', value=[1e-9, 2e-12], control=[0.25, 0.5])",
    "ledger.record('doubled', value=1e-9, control=1)",
    "ledger.record('doubled', value=1e-9, control=1)",
    "ledger.record('untrue', value=[1e-9, 0.5, float('nan')], control=1)",
    "ledger.record('soft', value=1e-9, control=[1, 1e-5])",
    "ledger.record('strayed', value=1e-9, control=1)",
]


@pytest.fixture(scope="module")
def claims(tmp_path_factory):
    """The claims in force."""
    path = tmp_path_factory.mktemp("book") / "claims.yml"
    path.write_text("".join(ENTRY.format(id=i, chapter=c) for i, c in CLAIMS.items()), encoding="utf-8")
    return path


@pytest.fixture
def executed(notebook, progress, tmp_path, claims, monkeypatch):
    """Execute cells as a chapter; what the collector gets."""

    def run(*cells):
        monkeypatch.setenv("LOWDIM_CLAIMS", str(claims))
        nb, _ = execute(notebook(*cells), tmp_path / "scratch.ipynb", progress)
        return {"01_small": nb}

    return run


def test_each_planted_fault_is_named_once_and_nothing_else_is(executed, claims):
    verdicts, faults = judge(read_claims(claims), records(executed(*CELLS)))
    assert faults == [
        "01_small: missing: missing, no cell records it",
        "01_small: doubled: recorded 2 times, in 01_small, 01_small",
        "01_small: untrue: false, 0.5, nan of 3 not below 0.001 (distance from the truth)",
        "01_small: soft: the control passes, so the test decides nothing: 1e-05 of 2 is below 0.001",
        "02_other: strayed: recorded in 01_small, but claims.yml says 02_other",
    ]
    assert [verdict.claim.id for verdict in verdicts] == ["kept", "doubled", "untrue", "soft", "strayed"]


def test_a_record_that_no_claim_explains_is_a_fault(executed, claims):
    found = records(executed(CELLS[0]))
    assert judge([], found) == ([], ["01_small: kept: recorded, but not in claims.yml"])


def test_the_verdict_is_decided_by_the_numbers_and_not_by_what_the_notebook_says(executed, claims):
    notebooks = executed(CELLS[0])
    (row,) = [o.metadata[m] for o in notebooks["01_small"].cells[-1].outputs for m in o.metadata]
    row.value = [5.0]
    assert row.passed is True
    kept = [claim for claim in read_claims(claims) if claim.id == "kept"]
    _, faults = judge(kept, records(notebooks))
    assert faults == ["01_small: kept: false, 5 of 1 not below 0.001 (distance from the truth)"]


def test_the_page_shows_sentence_measurement_control_and_the_way_to_the_cell(executed, claims):
    kept = [claim for claim in read_claims(claims) if claim.id == "kept"]
    verdicts, faults = judge(kept, records(executed(CELLS[0])))
    page = claims_page(verdicts, {"01_small": "A small chapter"})
    assert faults == []
    assert "## 1. A small chapter" in page
    assert "A sentence about $x_{1}$." in page
    plain = page.replace("\N{NO-BREAK SPACE}", " ")
    assert "2 × 10<sup>−12</sup> to 10<sup>−9</sup> (2 values)" in plain
    assert "0.25 to 0.5 (2 values)" in plain
    assert 'href="notebooks/01_small.html#claim-kept"' in page
    assert state(verdicts).startswith("**1 claim in 1 chapter, all verified**")
