"""The proofs as text, without a prover: nothing is assumed, and the book cites only what is proved."""

import re
import sys

import pytest
import yaml

from ci import paths, proofs
from ci.pipeline.pages import claims_page
from lowdim.ledger.claims import read_claims
from lowdim.ledger.verdict import Verdict

sys.path.insert(0, str(paths.BOOK / "_ext"))
from checked import definitions, statement

TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in sorted(proofs.FOLDER.glob("*.v"))}
LISTED = proofs.listed(TEXTS)
PAGE = (paths.BOOK / "checked.md").read_text(encoding="utf-8")


def test_nothing_is_assumed_and_every_theorem_is_listed_once():
    assert proofs.read(TEXTS) == []
    assert len(LISTED) >= 25


@pytest.mark.parametrize(
    "loophole",
    [
        "Lemma a : 1 = 2. Proof. Admitted.",
        "Lemma a : 1 = 2. Proof. admit. Qed.",
        "Axiom a : 1 = 2.",
        "Parameter a : nat.",
        "Conjecture a : 1 = 2.",
        "Hypothesis a : 1 = 2.",
        "Context (a : 1 = 2).",
        "Unset Guard Checking.",
        "Unset Universe Checking.",
        "#[bypass_check(guard)] Fixpoint a (n : nat) : 1 = 2 := a n.",
        "Variable a : 1 = 2.",
        "Section S.\nEnd S.\nVariables (a : 1 = 2).",
    ],
)
def test_a_loophole_is_found(loophole):
    (fault,) = proofs.read(TEXTS | {"Added": loophole})
    assert fault.startswith("Added.v: ")


def test_a_comment_and_a_variable_of_a_section_are_none():
    harmless = "(* Admitted, (* an Axiom *) admit *)\nSection S.\nVariable n : nat.\nEnd S.\n"
    assert proofs.read(TEXTS | {"Added": harmless}) == []


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("Added", "Theorem unlisted : True.\nProof. by []. Qed.", "unlisted is not in Assumptions.v"),
        ("Added", f"Theorem {LISTED[0]} : True.", f"{LISTED[0]} is stated twice"),
        ("Assumptions", TEXTS["Assumptions"] + "Print Assumptions nothing.\n", "nothing of Assumptions.v"),
        (
            "Assumptions",
            TEXTS["Assumptions"] + f"Print Assumptions {LISTED[0]}.\n",
            f"{LISTED[0]} is listed twice",
        ),
    ],
)
def test_a_list_that_is_not_the_theorems_is_found(name, text, fault):
    assert any(found.startswith(fault) for found in proofs.read(TEXTS | {name: text}))


def test_files_come_after_those_they_require():
    order = proofs.order(TEXTS)
    assert order[0] == "Systems"
    assert order[-1] == "Assumptions"


@pytest.mark.parametrize("source", [*paths.sources(), paths.BOOK / "checked.md"], ids=lambda path: path.stem)
def test_what_the_book_cites_is_proved(source):
    text = source.read_text(encoding="utf-8")
    cited = " ".join(re.findall(r"\{(?:checked|statement)\} ([\w ]+)", text)).split()
    assert set(cited) <= set(LISTED)


def test_a_claim_names_proofs_that_there_are_and_the_page_of_claims_shows_them():
    named = yaml.safe_load((paths.BOOK / "proofs" / "claims.yml").read_text(encoding="utf-8"))
    claims = {claim.id: claim for claim in read_claims(paths.CLAIMS)}
    for id, names in named.items():
        assert claims[id].kind == "theorem"
        assert set(names.split()) <= set(LISTED)
    verdict = Verdict(claims["noether"], (0.0,), (1e9,))
    page = claims_page([verdict], {claims["noether"].chapter: "A chapter"}, None, named)
    assert "checked.html#checked-noether-identity" in page


def test_the_page_has_every_theorem_once():
    assert sorted(re.findall(r"\{statement\} (\w+)", PAGE)) == sorted(LISTED)


@pytest.mark.parametrize("name", LISTED)
def test_a_statement_is_included_without_its_proof_and_fits_the_page(name):
    path, text = statement(proofs.FOLDER, name)
    assert path.stem == proofs.stated(TEXTS)[name]
    assert text.startswith(f"Theorem {name} ")
    assert text.endswith(".")
    assert not re.search(r"\b(?:Proof|Qed|Lemma)\b|\(\*", text)
    assert max(map(len, text.splitlines())) <= 80


def test_the_definitions_are_included_and_fit_the_page():
    text = definitions(proofs.FOLDER)
    assert "Definition response" in text
    assert not re.search(r"\b(?:Proof|Lemma)\b", text)
    assert max(map(len, text.splitlines())) <= 80


def test_a_theorem_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(ValueError, match=r"0 files .* 'nothing'"):
        statement(proofs.FOLDER, "nothing")
    with pytest.raises(ValueError, match="0 places"):
        definitions(tmp_path)


@pytest.fixture
def prover(monkeypatch, tmp_path):
    """A machine with this prover, or none; nothing is installed or kept."""

    def installed(version):
        monkeypatch.setattr(proofs, "found", lambda: version)
        monkeypatch.setattr(proofs, "brought", lambda: None)
        monkeypatch.setattr(proofs, "VERDICT", tmp_path / "verdict.txt")

    return installed


@pytest.mark.parametrize("version", [None, "Coq 8.20.1"])
def test_without_the_prover_the_proofs_are_left_out_in_one_line(prover, capsys, version):
    prover(version)
    assert proofs.prove() == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("proofs left out: ")
    assert (version or "not here") in line


def test_where_the_prover_is_required_its_absence_is_a_failure(prover):
    prover(None)
    assert proofs.prove(required=True) == 1


def test_a_verdict_is_kept_and_a_failure_is_not(prover, monkeypatch, capsys):
    prover("Coq 8.16.1")
    monkeypatch.setattr(proofs, "check", lambda files, prover: "all hold\n")
    assert proofs.prove() == 0

    def fails(files, prover):
        raise proofs.ProofError("  one does not")

    monkeypatch.setattr(proofs, "check", fails)
    assert proofs.prove() == 0
    assert capsys.readouterr().out == "all hold\n"
    proofs.VERDICT.unlink()
    assert [proofs.prove(), proofs.prove()] == [1, 1]
    assert "the proofs do not hold:\n  one does not" in capsys.readouterr().err


def coqc(tmp_path, answer):
    """A stand-in for the compiler that accepts everything and gives this answer about every theorem."""
    path = tmp_path / "coqc"
    script = [
        "#!/bin/sh",
        "for file; do :; done",
        r"""for name in $(sed -n 's/^Redirect "\([a-z_]*\)".*/\1/p' "$file")""",
        f'do echo "{answer}" > "$name.out"; done',
    ]
    path.write_text("\n".join(script), encoding="utf-8")
    path.chmod(0o755)


@pytest.mark.parametrize("answer", [proofs.CLOSED, "Axioms:\ndot_eq0 : False"])
def test_a_theorem_that_rests_on_anything_is_a_failure(tmp_path, monkeypatch, answer):
    coqc(tmp_path, answer)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    files = sorted(proofs.FOLDER.glob("*.v"))
    if answer == proofs.CLOSED:
        assert f"{len(LISTED)} theorems, none rests on an assumption" in proofs.check(files, "Coq")
    else:
        with pytest.raises(proofs.ProofError, match=rf"{LISTED[0]} rests on assumptions:\nAxioms:"):
            proofs.check(files, "Coq")
