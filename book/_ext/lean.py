"""Leave out of the site what no page needs, and put its style sheets into a fixed order."""

from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config


def order(app: Sphinx, config: Config) -> None:
    """Jupyter Book lists the style sheets as the file system does, which is another order elsewhere."""
    config.html_css_files.sort()


def slim(app: Sphinx, exception: Exception | None) -> None:
    """Drop source maps and the theme's icons: 2.5 MB for the ten signs that css/icons.css draws."""
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    for page in out.rglob("*.html"):
        lines = page.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if "_static/scripts/fontawesome.js" not in line]
        page.write_text("".join(kept), encoding="utf-8")
    for pattern in (
        "scripts/fontawesome.*",
        "scripts/*.map",
        "styles/*.map",
        "vendor/fontawesome/webfonts/*",
        "*.html",
    ):
        for path in (out / "_static").glob(pattern):
            path.unlink()


def setup(app: Sphinx) -> dict:
    """Hook into the build."""
    app.connect("config-inited", order)
    app.connect("build-finished", slim)
    return {"parallel_read_safe": True}
