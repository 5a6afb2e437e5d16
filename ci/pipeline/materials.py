"""What the book is made of: a bill of materials in CycloneDX's form, and the licences of what the site ships.

Read from the metadata that each installed package brings. CycloneDX's own generator would bring eleven more
packages for a file of a few fields.
"""

import json
import re
from importlib.metadata import Distribution, distribution
from pathlib import Path

from ci import paths

# What reaches a reader with the site besides the book: files in book/_static, and some of these packages.
SHIPPED = (
    ("KaTeX, style sheet and fonts", "0.16.22", "MIT", "book/_static/katex/LICENSE"),
    ("Source Sans 3", "latin", "OFL-1.1", "book/_static/fonts/source-sans-3-OFL.txt"),
    ("Source Serif 4", "latin", "OFL-1.1", "book/_static/fonts/source-serif-4-OFL.txt"),
)
PACKAGES = {
    "sphinx-book-theme": "scripts and styles",
    "pydata-sphinx-theme": "scripts and styles, with Bootstrap (MIT)",
    "sphinx": "the search",
    "sphinx-copybutton": "a script",
    "sphinx-design": "a style sheet",
}


PIN = re.compile(r"([\w.-]+)(?:\[[\w,]*\])?==([^\s;]+)")


def pinned(requirements: Path) -> dict[str, str]:
    """The packages of requirements.txt and their versions."""
    lines = requirements.read_text(encoding="utf-8").splitlines()
    return {found[1]: found[2] for line in lines if (found := PIN.match(line))}


def licence(installed: Distribution) -> str:
    """The licence that a package states, as an SPDX expression where it gives one."""
    fields = installed.metadata.json
    if expression := fields.get("license_expression"):
        return str(expression)
    classes = [c.rpartition(" :: ")[2] for c in fields.get("classifier", []) if c.startswith("License ::")]
    stated = str(fields.get("license", "")).strip().splitlines()
    if classes or stated:
        return ", ".join(c for c in classes if c != "OSI Approved") or stated[0][:60]
    names = [file.name for file in installed.files or []]
    files = [name for name in names if name.upper().startswith(("LICENSE", "LICENCE", "COPYING"))]
    return f"as in its file {files[0]}" if files else "not stated"


def bill(requirements: Path) -> dict:
    """The bill of materials: every pinned package with version and licence, in CycloneDX 1.5."""
    components = []
    for name, version in sorted(pinned(requirements).items()):
        components.append(
            {
                "type": "library",
                "name": name,
                "version": version,
                "purl": f"pkg:pypi/{re.sub(r'[-_.]+', '-', name).lower()}@{version}",
                "licenses": [{"license": {"name": licence(distribution(name))}}],
            }
        )
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": components}


def part(materials: dict) -> str:
    """The licences of what the site ships, and how many packages the bill lists."""
    versions = {entry["name"]: entry for entry in materials["components"]}
    rows = [f"| {what} {version} | {terms} | `{where}` |" for what, version, terms, where in SHIPPED]
    for name, what in PACKAGES.items():
        terms = versions[name]["licenses"][0]["license"]["name"]
        rows.append(f"| {name} {versions[name]['version']} | {terms} | {what} |")
    table = "\n".join(rows)
    return (
        "With the pages come files of others, under their licences:\n\n"
        f"| what | licence | where it lies, or what it gives |\n|---|---|---|\n{table}\n\n"
        f"The {len(versions)} packages that this book was built with, their versions and licences, are "
        "listed in `_build/materials.cdx.json`, in the form of CycloneDX; every build writes it.\n"
    )


def write() -> None:
    """The bill beside the site, and the part of the page on trust."""
    materials = bill(paths.REQUIREMENTS)
    paths.MATERIALS.write_text(json.dumps(materials, indent=1) + "\n", encoding="utf-8")
    paths.PARTS.mkdir(parents=True, exist_ok=True)
    (paths.PARTS / "materials.md").write_text(part(materials), encoding="utf-8")
