"""Whether the PDF in ``_build`` is of the book as it is: a site offers it as long as it says the same."""

from ci import paths
from ci.pipeline.state import digest


def content() -> str:
    """A hash of what the book says: its pages and its executed chapters, not the times of a run."""
    pages = sorted(paths.BOOK.glob("*.md")) + sorted(paths.EXECUTED.glob("*.ipynb"))
    return "\n".join(f"{digest(page)} {page.name}" for page in pages)


def note() -> None:
    """Remember what the PDF was printed from."""
    paths.PDF_OF.write_text(content(), encoding="utf-8")


def current() -> bool:
    """Whether there is a PDF, and it was printed from the book as it is now."""
    return (
        paths.PDF.is_file()
        and paths.PDF_OF.is_file()
        and paths.PDF_OF.read_text(encoding="utf-8") == content()
    )
