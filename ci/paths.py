"""Where things are. Every path of the pipeline is named here once."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "notebooks"
BOOK = ROOT / "book"
CLAIMS = BOOK / "claims.yml"
BREAKAGES = ROOT / "ci" / "breakages.yml"
PROOFS = BOOK / "proofs" / "claims.yml"  # which claims are machine-checked
MOVABLE = BOOK / "_static" / "movable"
LIBRARY = ROOT / "lib" / "lowdim"
REQUIREMENTS = ROOT / "requirements.txt"

# Generated, and ignored by git.
BUILD = ROOT / "_build"
EXECUTED = BOOK / "notebooks"
PARTS = BOOK / "_generated"
CLAIMS_PAGE = BOOK / "claims.md"
OUTPUTS = BUILD / "outputs"
FAILED = BUILD / "failed"
TIMES = BUILD / "times"
RUNS = BUILD / "runs"
FRESH = BUILD / "fresh.json"
SABOTAGE = BUILD / "sabotage.json"
MUTATION = BUILD / "mutation.json"
BENCH = BUILD / "bench.json"
MATERIALS = BUILD / "materials.cdx.json"
HTML = BUILD / "html"
PDF = BUILD / "book.pdf"
PDF_OF = BUILD / "book.pdf.of"  # what it was printed from


def sources() -> list[Path]:
    """The chapters, in the order of their names."""
    return sorted(SOURCES.glob("*.md"))


def outputs(source: Path) -> Path:
    """What the code of a chapter printed and drew."""
    return OUTPUTS / f"{source.stem}.ipynb"


def executed(source: Path) -> Path:
    """A chapter with these outputs under its text."""
    return EXECUTED / f"{source.stem}.ipynb"


def times(source: Path) -> Path:
    """How long it took."""
    return TIMES / f"{source.stem}.json"


def shown(path: Path) -> str:
    """A path as a person in the repository's top folder would type it."""
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)
