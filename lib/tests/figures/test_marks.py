"""Marks of a panel: nothing that is off the scale is lost, and nothing hides another."""

import numpy as np
import pandas as pd
import pytest

from lowdim.figures import style
from lowdim.figures.marks import abreast, capped, label, seed_by_seed
from lowdim.figures.seeds import seeds

VALUES = np.array([[1.0, 20.0], [np.inf, 10.0], [np.nan, 3.0]])


def points(ax, marker):
    found = [line.get_xydata() for line in ax.lines if line.get_marker() == marker]
    return sorted((x, y) for xy in found for x, y in xy if np.isfinite(y))


def test_what_is_beyond_the_ceiling_is_a_triangle_on_it():
    _, ax = style.axes()
    capped(ax, [1, 2, 3], VALUES, 10.0, "o")
    assert points(ax, "o") == [(1, 1.0), (2, 10.0), (3, 3.0)]
    assert points(ax, "^") == [(1, 10.0), (2, 10.0), (3, 10.0)]
    assert not any(line.get_clip_on() for line in ax.lines if line.get_marker() == "^")


def test_without_anything_beyond_there_are_no_triangles():
    _, ax = style.axes()
    seeds(ax, np.array([1, 2]), np.array([[1.0, 2.0], [3.0, 4.0]]), style.STUDENT, "o", "students")
    assert not points(ax, "^")
    assert points(ax, "o") == [(1, 1.0), (1, 1.5), (1, 2.0), (2, 3.0), (2, 3.5), (2, 4.0)]


def test_seeds_of_one_value_stand_side_by_side_around_it():
    table = pd.DataFrame([(x, seed) for seed in (5, 0, 7) for x in (0.01, 1.0)], columns=["x", "seed"])
    places = pd.Series(seed_by_seed(table.x, table.seed, share=0.04))
    for x, some in places.groupby(table.x):
        assert np.exp(np.log(some).mean()) == pytest.approx(x)
        assert np.diff(np.sort(np.log(some))) == pytest.approx([0.02 * np.log(100)] * 2)
    assert places[table.seed == 0].lt(places[table.seed == 5].values).all()


def test_one_alone_stands_on_its_value():
    assert abreast([2.0], 1, 0.5).tolist() == [[2.0]]


def test_a_label_stands_beside_its_point_in_its_colour():
    _, ax = style.axes()
    label(ax, "students", (1.0, 2.0), (4, -12), color=style.STUDENT)
    (text,) = ax.texts
    assert (text.xy, text.get_position(), text.get_color()) == ((1.0, 2.0), (4, -12), style.STUDENT)
