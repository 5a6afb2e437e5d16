"""Check the proofs in book/proofs with Coq: ``make proofs``.

Every file is compiled in a copy, for Coq writes beside its sources. Then Coq says of each theorem in
``Assumptions.v`` what it rests on, and whatever is not closed under the global context is a failure. A
verdict is kept under the content it was reached on. Only the standard library is needed.
"""

import graphlib
import platform
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ci import bootstrap, paths

FOLDER = paths.BOOK / "proofs"
LIST = "Assumptions"
VERDICT = paths.BUILD / "proofs.txt"
CLOSED = "Closed under the global context"
PROVER = "Coq 8.16"  # with mathcomp 1.15, whose names are not those of mathcomp 2
RELEASE = "bookworm"  # the Debian that has both
PACKAGES = ("coq", "libcoq-mathcomp-algebra")
WARNINGS = "-notation-overridden,-ambiguous-paths"  # mathcomp's own

# What would let a statement pass without a proof.
LOOPHOLES = re.compile(
    r"\b(?:Admitted|admit|give_up|Axioms?|Parameters?|Conjectures?|Hypothes[ie]s|Context|Abort|Unset\s+\w+\s+Checking"
    r"|bypass_check|Declare\s+Module|type[_-]in[_-]type|Load|Redirect|Primitive|Extraction)\b"
)
OUTSIDE_SECTIONS = re.compile(r"^\s*(?:Local\s+|Global\s+)?Variables?\b", re.MULTILINE)
SECTION = re.compile(r"^Section (\w+)\.$.*?^End \1\.$", re.MULTILINE | re.DOTALL)


class ProofError(Exception):
    """A proof does not hold; the message says which and why."""


def main(arguments: list[str]) -> int:
    """Check; without a prover fail, or with --optional say so and go on."""
    return prove(required="--optional" not in arguments)


def prove(required: bool = False) -> int:
    """Check every proof: 0 if all hold, and also if there is no prover, unless it is required."""
    prover = found() or brought()
    if not prover or not (required or prover.startswith(f"{PROVER}.")):
        here = f"this is {prover}" if prover else "it is not here"
        packages = " ".join(PACKAGES)
        say(f"proofs left out: {PROVER} with mathcomp 1.15 is needed, {here}; Debian 12 has {packages}")
        return int(required)
    files = sorted(FOLDER.glob("*.v"))
    mark = f"{bootstrap.digest(files)} {prover}"
    if VERDICT.is_file():
        before, _, verdict = VERDICT.read_text(encoding="utf-8").partition("\n")
        if before == mark:
            print(verdict, end="", flush=True)
            return 0
    try:
        verdict = check(files, prover)
    except ProofError as error:
        say(f"the proofs do not hold:\n{error}")
        return 1
    VERDICT.parent.mkdir(parents=True, exist_ok=True)
    VERDICT.write_text(f"{mark}\n{verdict}", encoding="utf-8")
    return 0


def found() -> str | None:
    """The prover that is installed with its library, or None."""
    if not shutil.which("coqc"):
        return None
    version, where = (
        subprocess.run(["coqc", ask], capture_output=True, text=True).stdout.strip()
        for ask in ("-print-version", "-where")
    )
    library = Path(where) / "user-contrib" / "mathcomp" / "algebra"
    return f"Coq {version.split()[0]}" if version and library.is_dir() else None


def brought() -> str | None:
    """The prover, where Debian's packages can be installed without asking anybody."""
    try:
        release = platform.freedesktop_os_release().get("VERSION_CODENAME")
    except OSError:
        return None
    return found() if release == RELEASE and all(map(bootstrap.apt, PACKAGES)) else None


def check(files: list[Path], prover: str) -> str:
    """Compile the files, ask for the assumptions of each listed theorem, print and return the verdict.

    Raises:
        ProofError: if a file is not compiled, or a theorem assumes anything or is not listed.
    """
    started = time.monotonic()
    texts = {path.stem: path.read_text(encoding="utf-8") for path in files}
    if faults := read(texts):
        raise ProofError("\n".join(f"  {fault}" for fault in faults))
    lines = []
    with tempfile.TemporaryDirectory() as copy:
        for name in order(texts):
            # Coq's answers have no names; so each goes into a file of its own.
            text = re.sub(r"Print Assumptions (\w+)\.", r'Redirect "\1" \g<0>', texts[name])
            (Path(copy) / f"{name}.v").write_text(text, encoding="utf-8")
            command = ["coqc", "-q", "-w", WARNINGS, "-Q", ".", "Lowdim", f"{name}.v"]
            done = subprocess.run(command, cwd=copy, stdin=subprocess.DEVNULL, capture_output=True, text=True)
            if done.returncode:
                raise ProofError(f"  {name}.v is not accepted:\n{done.stdout}{done.stderr}".rstrip())
        for theorem, name in stated(texts).items():
            answer = (Path(copy) / f"{theorem}.out").read_text(encoding="utf-8").strip()
            if answer != CLOSED:
                raise ProofError(f"  {name}.v: {theorem} rests on assumptions:\n{answer}")
            lines.append(f"  {name:<12}{theorem:<24}{answer}\n")
            print(lines[-1], end="", flush=True)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    lines.append(
        f"{len(lines)} theorems, none rests on an assumption"
        f" ({prover}, {time.monotonic() - started:.0f} s, {memory} MB)\n"
    )
    print(lines[-1], end="", flush=True)
    return "".join(lines)


def read(texts: dict[str, str]) -> list[str]:
    """What is wrong with the files as text: loopholes, and theorems that are not listed exactly once."""
    faults = []
    for name, text in texts.items():
        code = uncommented(text)
        faults += [f"{name}.v: {word[0]} is not allowed" for word in LOOPHOLES.finditer(code)]
        if OUTSIDE_SECTIONS.search(SECTION.sub("", code)):
            faults.append(f"{name}.v: a Variable outside of a Section is an axiom")
    names = [theorem for name in texts for theorem in theorems(texts[name])]
    asked = listed(texts)
    faults += [f"{theorem} is stated twice" for theorem in sorted(set(names)) if names.count(theorem) > 1]
    faults += [f"{theorem} is not in {LIST}.v" for theorem in names if theorem not in asked]
    faults += [f"{theorem} of {LIST}.v is no Theorem" for theorem in asked if theorem not in names]
    faults += [f"{theorem} is listed twice" for theorem in sorted(set(asked)) if asked.count(theorem) > 1]
    return faults


def theorems(text: str) -> list[str]:
    """The names of a file's theorems; what only serves their proofs is a Lemma."""
    return re.findall(r"^Theorem (\w+)", uncommented(text), re.MULTILINE)


def listed(texts: dict[str, str]) -> list[str]:
    """The theorems whose assumptions are asked for."""
    return re.findall(r"^Print Assumptions (\w+)\.$", uncommented(texts[LIST]), re.MULTILINE)


def stated(texts: dict[str, str]) -> dict[str, str]:
    """Which file states each listed theorem."""
    where = {theorem: name for name, text in texts.items() for theorem in theorems(text)}
    return {theorem: where[theorem] for theorem in listed(texts)}


def order(texts: dict[str, str]) -> list[str]:
    """The files, each after those that it requires."""
    requires = {
        name: {
            word
            for line in re.findall(r"^From Lowdim Require Import (.*)\.$", text, re.MULTILINE)
            for word in line.split()
        }
        for name, text in texts.items()
    }
    return list(graphlib.TopologicalSorter(requires).static_order())


def uncommented(text: str) -> str:
    """The text without its comments, which may be nested."""
    depth, kept = 0, []
    for part in re.split(r"(\(\*|\*\))", text):
        if part == "(*":
            depth += 1
        elif part == "*)":
            depth -= 1
        elif not depth:
            kept.append(part)
    return "".join(kept)


def say(text: str) -> None:
    """One message."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
