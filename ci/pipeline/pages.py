"""The pages and parts of pages that are written from the run: the claims and the execution times."""

import os
import platform
from html import escape

from nbformat import NotebookNode

from ci.pipeline.strips import digits, row, strip
from lowdim.ledger.claims import KINDS
from lowdim.ledger.verdict import Verdict, html_numbers


def claims_page(
    verdicts: list[Verdict],
    titles: dict[str, str],
    fresh: dict | None = None,
    proofs: dict[str, str] | None = None,
) -> str:
    """The Claims page in MyST Markdown: each claim, its measurement, its control, and the way to its cell."""
    laws = (fresh or {}).get("laws", {})
    parts = [
        "# Claims\n",
        state(verdicts),
        "\nEach sentence below is decided by a number that this build computed. Every measured value must\n"
        "pass the test. The control is a run of the same measurement where the claim must fail, and every\n"
        "value of it must fail the test: a test that cannot fail decides nothing. The build stops if a\n"
        "claim is missing, recorded twice or false, or if a control passes.\n\n"
        "A **theorem check** holds code against a proof and can fail by a bug only. An **example** speaks\n"
        "of what its sentence names. A **law** speaks of teachers, starts and data drawn from a\n"
        "distribution, for the share of draws that it says, and is tried again on draws that nobody has\n"
        "looked at.\n\n"
        "In each strip the band is what the test allows, filled dots are what was measured, hollow ones the\n"
        "control; the scale is by powers of ten where the numbers are far apart.\n",
        _examined(fresh),
    ]
    for chapter, title in titles.items():
        rows = [verdict for verdict in verdicts if verdict.claim.chapter == chapter]
        if rows:
            parts.append(f"\n## {int(chapter.partition('_')[0])}. {title}\n")
            for verdict in rows:
                id = verdict.claim.id
                parts.append(_entry(verdict, laws.get(id), (proofs or {}).get(id, "").split()))
    return "\n".join(parts)


def _examined(fresh: dict | None) -> str:
    if not fresh or not fresh["laws"]:
        return "\nThe laws have not been examined on fresh draws on this machine; `make fresh` does it.\n"
    form = "in the short form, " if fresh["short"] else ""
    return f"\nThe last examination, {form}had the seed {fresh['seed']}: `make fresh SEED={fresh['seed']}`.\n"


def _range(verdict: Verdict, fresh: dict | None) -> str:
    """What the claim ranges over, and what came of fresh draws."""
    claim = verdict.claim
    if claim.kind != "law":
        return f"{KINDS[claim.kind].capitalize()}."
    tried = f" Fresh draws: held {fresh['held']} of {fresh['tried']}." if fresh else ""
    return f"Law, for {claim.drawn.strip()}.{tried}"


def _entry(verdict: Verdict, fresh: dict | None, proofs: list[str]) -> str:
    """A claim in a row, verdict and kind first; how it was measured is folded."""
    claim = verdict.claim
    names = ", ".join(
        f'<a href="checked.html#checked-{name.replace("_", "-")}"><code>{name}</code></a>' for name in proofs
    )
    checked = f"<dt>Machine-checked proof</dt><dd>{names}</dd>\n" if proofs else ""
    link = f"notebooks/{claim.chapter}.html#claim-{claim.id}"
    quantity = escape(claim.quantity[:1].upper() + claim.quantity[1:])
    control = f"{escape(claim.control)}: <strong>{html_numbers(digits(verdict.control))}</strong>"
    return f"""
::::{{container}} lowdim-ledger-entry kind-{claim.kind}
:name: ledger-{claim.id}

<p class="lowdim-claim-head"><strong class="lowdim-claim-verdict">{verdict.word}</strong>
<span class="lowdim-claim-kind">{KINDS[claim.kind]}</span></p>

{claim.claim.strip()}

<div class="lowdim-claim-measured">{strip(verdict)}<p>{row(verdict)}</p></div>

<details><summary>How it was measured</summary>
<dl class="lowdim-claim-rows">
<dt>What is measured</dt><dd>{quantity}</dd>
<dt>Control, which must fail</dt><dd>{control}</dd>
<dt>Ranges over</dt><dd class="lowdim-claim-range">{escape(_range(verdict, fresh))}</dd>
{checked}<dt>Where</dt><dd><a href="{link}">the cell that measured it: <code>{claim.id}</code></a></dd>
</dl></details>
::::
"""


def state(verdicts: list[Verdict]) -> str:
    """One sentence on the state of the ledger, for the front page and the Claims page."""
    chapters = len({verdict.claim.chapter for verdict in verdicts})
    return (
        f"**{_count(len(verdicts), 'claim')} in {_count(chapters, 'chapter')}, all verified** "
        "in this build, each against a control that fails.\n"
    )


def times_table(runs: list[dict], titles: dict[str, str]) -> str:
    """The execution times as an HTML table; ``book/_ext/times.py`` puts it in place."""
    rows = "\n".join(
        f'<tr><td><a href="notebooks/{run["name"]}.html">{escape(titles[run["name"]])}</a></td>'
        f"<td>{run['cells']}</td><td>{run['seconds']:.1f}&nbsp;s</td></tr>"
        for run in runs
    )
    cells, seconds = (sum(run[key] for run in runs) for key in ("cells", "seconds"))
    machine = f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} cores"
    return (
        '<table class="table lowdim-times">\n'
        f"<caption>Execution times of this build: {machine}, two "
        "notebooks at a time, one thread for each process. A notebook alone takes less.</caption>\n"
        '<thead><tr><th scope="col">Notebook</th><th scope="col">Code cells</th>'
        '<th scope="col">Time</th></tr></thead>\n'
        f"<tbody>\n{rows}\n</tbody>\n"
        f"<tfoot><tr><th scope='row'>All</th><td>{cells}</td><td>{seconds:.1f}&nbsp;s</td></tr></tfoot>\n"
        "</table>\n"
    )


def title(nb: NotebookNode) -> str:
    """The first heading of a notebook."""
    for cell in nb.cells:
        for line in cell.source.splitlines() if cell.cell_type == "markdown" else []:
            if line.startswith("# "):
                return line.removeprefix("# ").strip()
    raise ValueError("the notebook has no title: its first heading must be a line '# Title'")


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" + ("" if n == 1 else "s")
