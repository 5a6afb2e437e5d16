"""Movable figures without a browser: what they compute against the library, what they weigh and carry."""

import gzip
import json
import re
import sys

import numpy as np
import pytest

from ci import paths
from ci.pipeline.dependencies import page_modules
from lowdim.dynamics import closeness
from lowdim.figures import moving, palette, style
from lowdim.figures.movable import rounded
from lowdim.ledger import in_page
from lowdim.moments import impostor, response_range
from lowdim.systems import imbalance, impulse_response, random_student, spectral_measure, teacher
from lowdim.training import gradient_descent

sys.path.insert(0, str(paths.BOOK / "_ext"))

import lean

IMPORTS = re.compile(r'from "\./(\w+\.mjs)"')
FIGURES = ("futures", "say", "room", "learn", "train")


@pytest.fixture
def rng():
    return np.random.default_rng(20)


def test_page_descends_as_the_library(rng):
    for d, k in [(3, 1), (8, 4), (12, 9)]:
        student, goal = random_student(d, 0.2, rng), impulse_response(teacher([0.8, -0.3], [0.4, 0.3]), k)
        given = {"A": student.A, "b": student.B, "c": student.C, "target": goal, "rate": 0.01, "steps": 100}
        (page,) = in_page("descent.mjs", "descend", [given])
        end = gradient_descent(student, goal, step=0.01, steps=100).final
        np.testing.assert_allclose(page["A"], end.A.ravel(), atol=1e-13)
        np.testing.assert_allclose([page["b"], page["c"]], [end.B, end.C], atol=1e-13)
        np.testing.assert_allclose(page["says"], impulse_response(end, 20), atol=1e-13)
        assert page["imbalance"] == pytest.approx(float(imbalance(end)), rel=1e-9)


def test_page_finds_poles_and_weights(rng):
    student = random_student(9, 0.5, rng)
    (page,) = in_page("systems.mjs", "measure", [{"A": student.A, "b": student.B, "c": student.C}])
    found = sorted((atom["pole"], atom["weight"]) for atom in page)
    np.testing.assert_allclose(np.transpose(found), spectral_measure(student), atol=1e-13)


def test_page_says_what_one_likes(rng):
    poles, weights, free = [0.9, -0.4], [0.5, 0.5], [0.7, 0.3, 0.1, -0.2]
    wanted = rng.uniform(-1, 1, 2)
    given = {"poles": poles, "weights": weights, "k": 4, "wanted": wanted, "free": free}
    (page,) = in_page("systems.mjs", "persuaded", [given])
    own = impostor([*impulse_response(teacher(poles, weights), 4), *wanted], [*poles, *free])
    np.testing.assert_allclose(page["weights"], own.B * own.C, rtol=1e-9)
    assert page["loss"] < 1e-20


def test_page_finds_the_proven_ranges():
    cases = [
        {"poles": [0.9, -0.5], "weights": [0.6, 0.4], "k": k, "reach": k + 4, "radius": radius}
        for k, radius in [(1, 1.0), (3, 1.1), (4, 1.0), (5, 1.0), (6, 1.1)]
    ]
    cases.append({"poles": [1.0, 0.3], "weights": [0.5, 0.5], "k": 4, "reach": 9, "radius": 1.0})
    cases.append({"poles": [0.2, 0.2], "weights": [0.5, 0.5], "k": 3, "reach": 5, "radius": 1.0})
    for case, page in zip(cases, in_page("ranges.mjs", "ranges", cases), strict=True):
        k, span = case["k"], (-case["radius"], case["radius"])
        said = np.array(case["poles"]) ** np.arange(k)[:, None] @ case["weights"]
        own = [response_range(said, q, interval=span) for q in range(k, case["reach"])]
        np.testing.assert_allclose(page, own, atol=1e-4, err_msg=str(case))


def test_page_computes_closeness():
    pairs = [(teacher([0.9, 0.7], [0.5, 0.5]), 5), (teacher([0.8, 0.5, -0.6], [0.5, 0.3, 0.2]), 6)]
    cases = [{"target": impulse_response(pair, k), "states": pair.dim + 1} for pair, k in pairs]
    for (pair, k), page in zip(pairs, in_page("closeness.mjs", "closeness", cases), strict=True):
        assert page["gamma"] == pytest.approx(closeness(pair, k), abs=0.01, rel=0.01)


def test_errors_of_the_page_are_told():
    with pytest.raises(FileNotFoundError, match=r"nothing\.mjs"):
        in_page("nothing.mjs", "x", [])
    with pytest.raises(RuntimeError, match="descend failed in node"):
        in_page("descent.mjs", "descend", [{}])


def loaded(name, known):
    """A module and all that it imports at once."""
    if name not in known:
        known[name] = (paths.MOVABLE / name).read_text(encoding="utf-8")
        for other in IMPORTS.findall(known[name]):
            loaded(other, known)
    return known


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_light(name):
    sent = [lean.COMMENT.sub("", text) for text in loaded(f"{name}.mjs", {}).values()]
    assert sum(len(gzip.compress(text.encode(), 6)) for text in sent) < 10_000
    assert not any(line.startswith((" ", "/*", "//")) for text in sent for line in text.splitlines())


def test_colours_are_those_of_the_figures():
    css = (paths.BOOK / "_static" / "css" / "movable.css").read_text(encoding="utf-8")
    named = {"student": palette.STUDENT, "wrong": palette.ACCENT, "guide": palette.MUTED}
    for name, colour in named.items():
        assert f"--book-{name}: light-dark({colour}, {palette.dark(colour)});" in css


def test_a_chapter_depends_on_the_modules_that_it_runs(notebook):
    source = notebook('in_page("closeness.mjs", "closeness", [])')
    assert {path.name for path in page_modules(source)} == {"closeness.mjs", "descent.mjs"}
    assert page_modules(notebook("1 + 1", name="02_none")) == []


def test_numbers_are_carried_short():
    assert rounded({"a": np.array([0.123456, 2.0]), "b": [1e-9, True], "c": "x"}) == {
        "a": [0.123, 2],
        "b": [1e-9, True],
        "c": "x",
    }


@pytest.mark.parametrize("name", FIGURES)
def test_each_figure_hands_over_its_caption(name):
    assert "CAPTION);" in (paths.MOVABLE / f"{name}.mjs").read_text(encoding="utf-8")


def test_marks_of_the_claims_are_not_shaded_as_lags_are():
    """Both are called strips."""
    css = (paths.BOOK / "_static" / "css" / "movable.css").read_text(encoding="utf-8")
    assert not re.search(r"(?m)^\.lowdim-strip\b", css)


def test_data_are_json():
    picture = style.svg(style.axes(height=4.5)[0], "A figure.")
    with pytest.raises(ValueError, match="no JSON"):
        moving.movable(picture, "room", "x", {"x": float("nan")}, [])
    html = moving.movable(picture, "room", "x", {"x": "</script>"}, []).html
    data = re.search(r'<script type="application/json">(.*?)</script>', html)[1]
    assert json.loads(data) == {"x": "</script>"}
