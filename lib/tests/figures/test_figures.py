"""The book's figures: the same bytes every time, readable in light, in dark, on a phone and by ear."""

import re
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest

from lowdim.figures import style
from lowdim.figures.layout import PHONE, settle, stack
from lowdim.figures.palette import dark, rgb, to_oklab

WHITE, NIGHT = "#ffffff", "#14181e"  # the page in the style sheet, book/_static/css/page.css

# G. Machado, M. Oliveira, L. Fernandes (2009): how a dichromat sees linear-light sRGB.
VISION = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.01182, 0.04294, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.3039],
    ],
}


def two_panels(scale=1.0):
    fig, (left, right) = style.axes(1, 2, sharey=True)
    for n, colour in enumerate(style.ramp(3)):
        left.plot([0, 1, 2], [1, scale / (n + 2), 0.1], color=colour, label=f"$k = {n}$")
    left.legend()
    left.set(xlabel="lag $j$", ylabel=r"$\|u\|$", title="near zero")
    right.plot([0, 1], [1, 0], "o--", color=style.TEACHER, label="teacher")
    right.fill_between([0, 1], [1, 0], color=style.PAPER)
    right.legend()
    return fig


def nothing():
    return style.axes(width=2.0, height=1.0)[0]


@pytest.fixture(scope="module")
def html():
    return style.svg(two_panels(), alt='Falls from 1 to 0.1 for every "k" < 3.').html


def luminance(colour):
    return rgb(colour) @ [0.2126, 0.7152, 0.0722]


def contrast(a, b):
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("alt", ["", " \n "])
def test_a_picture_without_words_is_refused(alt):
    with pytest.raises(ValueError, match="alt is empty"):
        style.svg(nothing(), alt=alt)


def test_the_same_figure_has_the_same_bytes(html):
    style.svg(nothing(), alt="another one in between")
    assert style.svg(two_panels(), alt='Falls from 1 to 0.1 for every "k" < 3.').html == html


def test_drawing_leaves_no_trace():
    before = dict(mpl.rcParams)
    fig = two_panels()
    size, places = fig.get_size_inches(), [ax.get_subplotspec() for ax in fig.axes]
    title = fig.axes[0].get_title(loc="center")
    style.svg(fig, alt="x")
    assert dict(mpl.rcParams) == before
    assert (fig.get_size_inches() == size).all()
    assert [ax.get_subplotspec() for ax in fig.axes] == places
    assert fig.axes[0].get_title(loc="center") == title == "near zero"


def test_it_is_a_described_picture_that_scales(html):
    div = ElementTree.fromstring(html)
    assert [svg.get("class") for svg in div] == ["lowdim-wide", "lowdim-phone"]
    for svg in div:
        assert svg.get("role") == "img"
        assert svg.get("aria-label") == 'Falls from 1 to 0.1 for every "k" < 3.'
        assert svg.get("width") is None
        assert "width:100%" in svg.get("style")
    assert "display:none" in div[1].get("style")
    assert not list(div.iter("style")), "a style sheet inside a picture rules over the whole page"


def test_a_name_is_the_pictures_address():
    assert ElementTree.fromstring(style.svg(nothing(), alt="x", name="front").html).get("id") == "front"


def test_a_notebook_shows_html_and_everything_else_the_words():
    bundle = style.svg(nothing(), alt=" Two\n words. ")._repr_mimebundle_()
    assert bundle["text/plain"] == "Two words."
    assert bundle["text/html"].startswith("<div")


def test_many_pictures_share_a_page(html):
    other = style.svg(two_panels(scale=0.3), alt="another one").html
    seen = set()
    for svg in [*ElementTree.fromstring(html), *ElementTree.fromstring(other)]:
        ids = [e.get("id") for e in svg.iter() if e.get("id")]
        used = set(re.findall(r"(?:href=\"#|url\(#)([^\")]+)", ElementTree.tostring(svg, encoding="unicode")))
        assert ids
        assert len(set(ids)) == len(ids)
        assert seen.isdisjoint(ids)
        assert used <= set(ids)
        seen |= set(ids)


def test_ink_is_the_pages_and_every_colour_has_its_dark_twin(html):
    assert "currentColor" in html
    assert "light-dark(#ffffff,var(--pst-color-background))" in html
    assert f"light-dark({style.ramp(3)[0]},{dark(style.ramp(3)[0])})" in html
    assert not re.search(r":#[0-9a-f]{6}", html), "a colour that knows no dark"


def test_letters_are_in_the_books_font_and_formulas_in_computer_modern(html, caplog):
    style.svg(two_panels(), alt="x")
    assert not caplog.records, "Matplotlib found no font or no glyph"
    assert "SourceSans3" in html
    assert "Cmmi10" in html
    assert "DejaVu" not in html


def test_on_a_phone_panels_are_stacked_with_their_labels():
    fig = two_panels()
    stack(fig)
    settle(fig)
    left, right = fig.axes
    assert fig.get_figwidth() == PHONE
    assert right.get_position().y1 < left.get_position().y0
    assert right.get_position().x0 == pytest.approx(left.get_position().x0)
    assert right.get_ylabel() == left.get_ylabel()


def test_a_drawing_to_scale_fills_a_phone_and_leaves_nothing_empty():
    fig, ax = style.axes(height=2.6)
    ax.set(xlim=(0, 40), ylim=(0, 12), aspect="equal")
    stack(fig)
    settle(fig)
    assert fig.get_figheight() == pytest.approx(PHONE * 12 / 40 + 0.3)


def test_a_legend_on_a_curve_goes_below_its_panel_and_one_with_room_stays():
    fig, (crowded, roomy) = style.axes(1, 2)
    for n in range(9):
        crowded.plot([0, 1, 2], [n, n + 1, n], label=f"$k = {n}$")
    roomy.plot([0, 1], [1, 0], label="teacher")
    crowded.set_xlabel("lag $j$")
    for ax in fig.axes:
        ax.legend(fontsize=7)
    height = fig.get_figheight()
    settle(fig)
    legends = [ax.get_legend().get_window_extent() for ax in fig.axes]
    assert legends[0].y1 < crowded.xaxis.get_tightbbox().y0
    assert legends[0].y0 >= 0
    assert legends[0].x1 < roomy.bbox.x0
    assert roomy.bbox.y0 < legends[1].y0 < legends[1].y1 < roomy.bbox.y1
    assert fig.get_figheight() * fig.dpi == pytest.approx(height * fig.dpi + legends[0].height)
    assert [text.get_text() for text in crowded.get_legend().get_texts()] == [f"$k = {n}$" for n in range(9)]
    assert {text.get_fontsize() for text in crowded.get_legend().get_texts()} == {7}


@pytest.mark.parametrize(
    "colour", [*style.SERIES, style.MUTED, *sorted({c for n in range(1, 10) for c in style.ramp(n)})]
)
def test_colours_stand_out_on_both_pages(colour):
    # 3:1 is what WCAG 2.2, success criterion 1.4.11, asks of graphics.
    assert contrast(colour, WHITE) >= 3
    assert contrast(dark(colour), NIGHT) >= 3


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("page", ["light", "dark"])
def test_series_can_be_told_apart(vision, page):
    ink = "#1f2328" if page == "light" else "#d6dce3"
    colours = [ink, *(c if page == "light" else dark(c) for c in style.SERIES)]
    seen = to_oklab(np.clip(np.array([rgb(c) for c in colours]) @ np.transpose(VISION[vision]), 0, 1))
    distance = np.linalg.norm(seen[:, None] - seen, axis=-1)[np.triu_indices(len(colours), 1)]
    # CSS Color 4 puts the just noticeable difference in OKLab at 0.02; thin lines need a multiple of it.
    assert distance.min() >= 3 * 0.02


def test_a_family_grows_stronger_on_both_pages():
    family = style.ramp(6)
    assert len(family) == 6
    assert np.all(np.diff([contrast(c, WHITE) for c in family]) > 0)
    assert np.all(np.diff([contrast(dark(c), NIGHT) for c in family]) > 0)
    assert style.ramp(1) == family[-1:]


def test_a_family_of_none_is_refused():
    with pytest.raises(ValueError, match="n must be at least 1"):
        style.ramp(0)


def test_panels_have_letters():
    texts = [ax.get_title(loc="left") for ax in finished(two_panels()).axes]
    assert texts == ["(a) near zero", "(b)"]
    assert [ax.get_title(loc="left") for ax in finished(nothing()).axes] == [""]


def finished(fig):
    style._finish(fig)
    return fig


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        (r"from $\sigma = 0.1$ on", "from σ = 0.1 on"),
        ("an error of 0e+00", "an error of 0"),
        ("at most 1e-06.", "at most 10^-6."),
        ("3.5e-09 and -1.2e+13", "3.5 times 10^-9 and -1.2 times 10^13"),
        ("1.9e-01 to 1.9e-01, 2 to 2, 2 to 23", "0.19, 2, 2 to 23"),
        ("errors 3.5e-09 to 3.5e-09.", "errors 3.5 times 10^-9."),
        ("2 to 2.5 and -0.000", "2 to 2.5 and 0"),
    ],
)
def test_alt_texts_are_read_aloud(written, spoken):
    assert style.svg(nothing(), written).alt == spoken
