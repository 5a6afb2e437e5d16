"""The pages on the real library: every public name is there, and every theorem that is cited."""

import asyncio
import re
import shutil

import pytest
import yaml
from bs4 import BeautifulSoup

from ci import paths
from ci.site.browser import chromium, served
from ci.site.build import jupyter_book

PAGES = paths.BOOK / "api"
ROOMS = {path.stem for path in paths.LIBRARY.iterdir() if path.is_dir() or path.suffix == ".py"}
ROOMS = {name for name in ROOMS if not name.startswith("_")}
FILES = [pytest.param(path, id=paths.shown(path)) for path in sorted(paths.LIBRARY.rglob("*.py"))]
CITED = re.compile(r"(?<!`)`((?:thm|prop|cor|lem|def|rem)-[\w-]+)`(?!`)")


def labels():
    """The labels of all statements of the book."""
    pages = [*paths.sources(), *paths.BOOK.glob("*.md")]
    return {name for page in pages for name in re.findall(r"(?m)^:label: (\S+)$", page.read_text("utf-8"))}


def offered(room):
    """What the face of a room takes from its modules; of a room without a face, what its files define."""
    stub = paths.LIBRARY / room / "__init__.pyi"
    if stub.is_file():
        return {
            f"lowdim.{room}.{name}" for name in re.findall(r"import \w+ as (\w+)", stub.read_text("utf-8"))
        }
    files = [paths.LIBRARY / f"{room}.py", *(paths.LIBRARY / room).glob("[!_]*.py")]
    return {
        ".".join(file.relative_to(paths.LIBRARY.parent).with_suffix("").parts) + f".{name}"
        for file in files
        if file.is_file()
        for name in re.findall(r"(?m)^(?:def|class) ([a-zA-Z]\w*)", file.read_text("utf-8"))
    }


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The pages on the library in a book that is theorems and titles, built without a complaint."""
    top = tmp_path_factory.mktemp("library")
    book = top / "book"
    shutil.copytree(paths.LIBRARY, top / "lib" / "lowdim", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(paths.SOURCES, top / "notebooks")
    shutil.copytree(PAGES, book / "api")
    shutil.copy(paths.BOOK / "references.bib", book)
    (book / "_static").symlink_to(paths.BOOK / "_static")
    stated = "".join(f":::{{prf:theorem}}\n:label: {name}\n\nIt holds.\n:::\n\n" for name in sorted(labels()))
    (book / "index.md").write_text(f"# A book\n\n{stated}", encoding="utf-8")
    (book / "notebooks").mkdir()
    for chapter in paths.sources():
        (book / "notebooks" / chapter.name).write_text(f"# {chapter.stem}\n", encoding="utf-8")
    toc = "format: jb-book\nroot: index\nchapters: [{glob: 'notebooks/*'}, {glob: 'api/*'}]\n"
    (book / "_toc.yml").write_text(toc, encoding="utf-8")
    jupyter_book(book, top / "library", "-W", "-n", "--keep-going")
    return top / "library"


def test_every_room_has_a_page_in_the_table_of_contents():
    toc = yaml.safe_load((paths.BOOK / "_toc.yml").read_text("utf-8"))
    listed = [
        each["file"]
        for part in toc["parts"]
        for page in part["chapters"]
        for each in page.get("sections", ())
    ]
    assert sorted(listed) == sorted(f"api/{room}" for room in ROOMS)


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_every_public_name_is_on_the_page_of_its_room_and_in_the_list_of_all(site, room):
    pages = {
        name: BeautifulSoup((site / "api" / f"{name}.html").read_text("utf-8"), "html.parser")
        for name in (room, "index")
    }
    names = offered(room)
    shown = {e["id"] for e in pages[room].select(".bd-article dl.py > dt[id]") if not e.find_parent("dd")}
    assert names
    assert shown == names
    links = {
        e["href"].partition("#")[2] for e in pages["index"].select(f".bd-article td a[href^='{room}.html']")
    }
    assert links == ({f"module-{name.rpartition('.')[0]}" for name in names} if room == "figures" else names)
    assert not pages[room].select(".bd-article .katex-html")


def test_the_search_finds_names_and_stumbles_over_none(site):
    async def search(address, words):
        async with chromium() as browser:
            page, said = await browser.new_page(), []
            page.on("console", lambda message: said.append(message.text))
            await page.goto(f"{address}search.html?q={words}")
            await page.locator("#search-results li").first.wait_for(timeout=60_000)
            await page.wait_for_load_state("networkidle")
            links = await page.locator("#search-results a").evaluate_all("all => all.map((a) => a.href)")
            return links, [text for text in said if "Anchored" in text]

    with served(site) as address:
        links, stumbled = asyncio.run(search(address, "extrapolation"))
    assert f"{address}api/systems.html#lowdim.systems.extrapolation_error" in links
    assert stumbled == []


@pytest.mark.parametrize("file", FILES)
def test_what_a_docstring_cites_is_in_the_book(file):
    text = file.read_text("utf-8")
    assert set(CITED.findall(text)) <= labels()
    assert not re.search(r"[Ss]tatements?\s+`", text)


def test_this_file_sees_citations():
    assert CITED.findall("by `thm-loss` and `prop-cost`, not by `rnn` or ``thm-x``") == [
        "thm-loss",
        "prop-cost",
    ]
    assert sum(len(CITED.findall(case.values[0].read_text("utf-8"))) for case in FILES) > 20
    assert {"thm-loss", "prop-cost"} <= labels()
