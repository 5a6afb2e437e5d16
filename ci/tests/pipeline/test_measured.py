"""The pages show what was measured, or say by which command it is."""

import re

from ci import paths
from ci.pipeline import materials, measured


def test_what_was_not_measured_is_said():
    for part, command in (
        (measured.mutation_part(None), "make mutation"),
        (measured.performance_part(None), "make bench"),
    ):
        assert command in part
        assert "|" not in part


def test_breakages_that_were_not_tried_are_listed_with_what_must_notice_them():
    part = measured.sabotage_part(None, [{"name": "a_b", "file": "a.py", "caught": "lib/t.py -k x"}])
    assert "There are 1. They have not been tried on this machine; `make sabotage`" in part
    assert "| broken on purpose | in | must be noticed by |" in part
    assert "| a&#95;b | `a.py` | `lib/t.py` |" in part


def test_breakages_and_what_noticed_them():
    rows = [
        {"name": "one", "file": "a.py", "caught": "lib/t.py -k x", "noticed": True},
        {"name": "two", "file": "b.py", "caught": "02_many_solutions", "noticed": False},
        {"name": "three", "file": "c.py", "caught": "02_many_solutions", "noticed": True},
    ]
    part = measured.sabotage_part(rows, [])
    assert "2 of 3 breakages were noticed" in part
    assert "| one | `a.py` | `lib/t.py` |" in part
    assert "| two | `b.py` | **nothing** |" in part
    assert "| three | `c.py` | the claims of chapter 2 |" in part


def test_survivors_are_shown_as_they_are():
    survivor = {"module": "lib/lowdim/x.py", "line": 3, "diff": "a | b  ->  a * b_c", "why": "no <matter>"}
    score = {"day": "2026-01-01", "tried": 10, "changes": 50, "seed": 3, "killed": 9, "interval": [0.6, 0.98]}
    part = measured.mutation_part(score | {"survived": [survivor]})
    assert "10 of 50" in part
    assert "noticed 9, 90\N{NO-BREAK SPACE}%" in part
    assert "between 60 and 98\N{NO-BREAK SPACE}%" in part
    assert "| `x.py:3` | <code>a &#124; b  -&gt;  a &#42; b&#95;c</code> | no &lt;matter&gt; |" in part


def test_every_pinned_package_is_in_the_bill_with_version_and_licence():
    bill = materials.bill(paths.REQUIREMENTS)
    lines = paths.REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    assert len(bill["components"]) == sum(bool(re.match(r"\w", line)) for line in lines)
    assert all(entry["version"] and entry["purl"].startswith("pkg:pypi/") for entry in bill["components"])
    unknown = [e["name"] for e in bill["components"] if e["licenses"][0]["license"]["name"] == "not stated"]
    assert unknown == []


def test_what_the_site_ships_is_listed_with_licences_that_are_there():
    part = materials.part(materials.bill(paths.REQUIREMENTS))
    for what, _, terms, where in materials.SHIPPED:
        assert what in part
        assert terms in part
        assert (paths.ROOT / where).is_file()
