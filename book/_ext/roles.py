"""What a page says to those who do not see it, and the links that lead to a part of it.

The theme and its extensions leave parts outside of all landmarks, give roles that lists may not have, and
name a button other than it reads; statements and claims have ids that no reader can see.
"""

import re

NUMBERED = ("Theorem", "Proposition", "Lemma", "Corollary", "Definition", "Remark", "Example", "Observation")
NUMBERED += ("Conjecture", "Assumption", "Axiom", "Figure", "Table", "Listing")
# What stands there, and what takes its place.
SAID = (
    (re.compile(r'(<div id="pst-primary-sidebar")'), r'\1 role="complementary" aria-label="The book"'),
    (re.compile(r'(<div id="pst-secondary-sidebar")'), r'\1 role="complementary" aria-label="This page"'),
    (re.compile(r'<dialog id="pst-search-dialog">'), '<dialog id="pst-search-dialog" aria-label="Search">'),
    (re.compile(r'(<dialog id="pst-primary-sidebar-modal")'), r'\1 aria-label="The book"'),
    (re.compile(r'(<dialog id="pst-secondary-sidebar-modal")'), r'\1 aria-label="This page"'),
    (
        re.compile(r'(<button class="btn search-button-field[^>]*?) title="Search" aria-label="Search"'),
        r"\1",
    ),
    (re.compile(r"data-bs-title="), "title="),
    (re.compile(r' data-bs-placement="\w+"| data-bs-toggle="tooltip"'), ""),
    (re.compile(r'<(i|span) class="(fa-[^"]*|fas [^"]*)"'), r'<\1 aria-hidden="true" class="\2"'),
    (re.compile(r'<div role="list" class="citation-list">'), '<div class="citation-list">'),
    (re.compile(r' role="doc-biblioentry"'), ""),
    # What MathML says beside it already: a tenth of the first load of a long chapter.
    (re.compile(r'<annotation encoding="application/x-tex">.*?</annotation>', re.DOTALL), ""),
    (re.compile(r"<th></th>"), "<td></td>"),
    (re.compile(r'<th class="blank[^>]*>(?:&nbsp;)?</th>'), "<td></td>"),
    (re.compile(r'(<table class="dataframe">)'), r'<div class="pst-scrollable-table-container">\1'),
    (re.compile(r'(<table class="dataframe">.*?</table>)', re.DOTALL), r"\1</div>"),
    (re.compile(r'<summary>(?=<span class="toctree-toggle")'), '<summary aria-label="Its pages">'),
    (re.compile(r' target="_blank"'), ""),
    (
        re.compile(r'(<li><a) (?=href="[^"]*"[^>]*>\s*<span class="btn__icon-container">)'),
        r'\1 class="dropdown-item" ',
    ),
    # A search reads texts one after the other, and no line ends between a word and its number.
    (re.compile(r"(</(?:dt|dd|option)>)(?=<)"), r"\1 "),
    (re.compile(rf">({'|'.join(NUMBERED)}) (?=\d[\d.]*<)"), ">\\1\N{NO-BREAK SPACE}"),
)
PRINTED = re.compile(r'<div id="jb-print-docs-body" class="onlyprint">.*?(?=<div id="searchbox">)', re.DOTALL)
ADVERTISEMENT = re.compile(r'<div class="sidebar-primary-items__end.*?</div></div>\s*</div>', re.DOTALL)
STATEMENT = re.compile(
    r'<div class="(proof [^"]*)" id="([^"]+)">\s*<p class="admonition-title">(.*?)</p>', re.DOTALL
)
CLAIM = re.compile(r'<code class="lowdim-claim-id">([\w-]+)</code>')


def give(page: str, root: str = "") -> str:
    """A page with landmarks, roles and names in order, and a link to each of its statements and claims.

    Args:
        page: its text.
        root: the way from it to the folder of the site.
    """
    page = CLAIM.sub(
        rf'<a class="lowdim-claim-id" href="{root}claims.html#ledger-\1"><code>\1</code></a>'
        r' <a class="headerlink" href="#claim-\1" title="Link to this claim">#</a>',
        page,
    )
    page = ADVERTISEMENT.sub("", PRINTED.sub("", page))
    for pattern, text in SAID:
        page = pattern.sub(text, page)
    return STATEMENT.sub(_statement, page)


def _statement(found: re.Match) -> str:
    """A group under its title, and the way to link it."""
    kind, label, title = found.groups()
    link = f'<a class="headerlink" href="#{label}" title="Link to this statement">#</a>'
    return (
        f'<div class="{kind}" id="{label}" role="group" aria-labelledby="{label}-title">\n'
        f'<p class="admonition-title" id="{label}-title">{title}{link}</p>'
    )
