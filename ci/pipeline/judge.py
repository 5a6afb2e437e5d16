"""Collect the verdicts from the executed notebooks and hold them against ``claims.yml``.

A verdict is decided again here, from the recorded numbers and the test in force now.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from nbformat import NotebookNode

from lowdim.ledger.claims import Claim
from lowdim.ledger.verdict import MIME, Verdict


@dataclass(frozen=True)
class Record:
    """One call of ``ledger.record`` found in the output of a cell."""

    id: str
    chapter: str
    value: tuple[float, ...]
    control: tuple[float, ...]


def records(notebooks: Mapping[str, NotebookNode]) -> list[Record]:
    """Every record in the outputs of these notebooks, keyed by chapter."""
    found = []
    for chapter, nb in notebooks.items():
        for cell in nb.cells:
            for output in cell.get("outputs", []):
                if row := output.get("metadata", {}).get(MIME):
                    value, control = (tuple(float(x) for x in row[key]) for key in ("value", "control"))
                    found.append(Record(row["id"], chapter, value, control))
    return found


def judge(claims: list[Claim], found: list[Record]) -> tuple[list[Verdict], list[str]]:
    """The verdict on each claim, in the order of ``claims.yml``, and every fault, one line each."""
    verdicts, faults = [], []
    for claim in claims:
        rows = [record for record in found if record.id == claim.id]
        where = f"{claim.chapter}: {claim.id}"
        if not rows:
            faults.append(f"{where}: missing, no cell records it")
            continue
        if len(rows) > 1:
            faults.append(f"{where}: recorded {len(rows)} times, in {', '.join(r.chapter for r in rows)}")
        if strays := sorted({record.chapter for record in rows} - {claim.chapter}):
            faults.append(f"{where}: recorded in {', '.join(strays)}, but claims.yml says {claim.chapter}")
        verdict = Verdict(claim, rows[0].value, rows[0].control)
        verdicts.append(verdict)
        if not verdict.passed:
            outside = [x for x in verdict.value if not claim.test.passes(x)]
            told = f"{_some(outside)} of {len(verdict.value)} not {verdict.required} ({claim.quantity})"
            faults.append(f"{where}: false, {told}")
        if not verdict.control_failed:
            inside = [x for x in verdict.control if claim.test.passes(x)]
            told = f"{_some(inside)} of {len(verdict.control)} is {claim.test.text}"
            faults.append(f"{where}: the control passes, so the test decides nothing: {told}")
    known = {claim.id for claim in claims}
    faults += [f"{r.chapter}: {r.id}: recorded, but not in claims.yml" for r in found if r.id not in known]
    return verdicts, faults


def _some(numbers: list[float]) -> str:
    told = ", ".join(f"{x:.6g}" for x in numbers[:5])
    return told if len(numbers) <= 5 else f"{told} and {len(numbers) - 5} more"
