"""Structures: projections, refusals, and what a new one costs."""

import numpy as np
import pytest
import torch

from lowdim.systems.linear import LinearRNN, impulse_response
from lowdim.systems.structures import STRUCTURES, Structure, project, require_structure
from lowdim.systems.students import random_student
from lowdim.systems.teachers import teacher
from lowdim.training._charts import CHARTS, Diagonal
from lowdim.training.descent import gradient_descent
from lowdim.training.flow import gradient_flow


@pytest.mark.parametrize("kind", [np.asarray, torch.from_numpy])
@pytest.mark.parametrize("structure", STRUCTURES)
def test_a_projection_is_orthogonal(structure, kind):
    X, Y = (kind(M) for M in np.random.default_rng(0).standard_normal((2, 3, 4, 4)))
    PX, PY = project(X, structure), project(Y, structure)
    require_structure(PX, structure)
    np.testing.assert_array_equal(np.asarray(project(PX, structure)), np.asarray(PX))
    np.testing.assert_allclose(np.sum(np.asarray(X * PY), (1, 2)), np.sum(np.asarray(PX * PY), (1, 2)))


def test_what_is_off_by_more_than_rounding_is_refused():
    A = np.array([[1.0, 2.0], [2.0 + 1e-9, 3.0]])
    with pytest.raises(ValueError, match=r"A is not symmetric: .* off by 5e-10 .*symmetrize"):
        require_structure(A, "symmetric")
    require_structure(A - [[0, 0], [0.9e-9, 0]], "symmetric")
    require_structure(A, "free")
    with pytest.raises(ValueError, match=r"A is not diagonal: an entry is off by 2 .*diagonalize the system"):
        require_structure(A, "diagonal")


@pytest.mark.parametrize("call", [project, require_structure])
def test_an_unknown_structure_is_answered_with_the_known_ones(call):
    with pytest.raises(ValueError, match="'symmetric', 'free' or 'diagonal', but is 'banded'"):
        call(np.eye(2), "banded")


def test_every_structure_can_be_trained_by_the_flow():
    assert list(CHARTS) == list(STRUCTURES)


class Scalar(Diagonal):
    """Multiples of the identity, as a diagonal whose gradient is averaged."""

    def _entries(self, left, weighted):
        each = super()._entries(left, weighted)
        return np.repeat(each.mean(-1, keepdims=True), self.d, axis=-1)


def test_a_fourth_structure_is_an_entry_and_its_coordinates(monkeypatch):
    def scalar(A):
        return np.eye(A.shape[-1]) * np.trace(A) / A.shape[-1]

    monkeypatch.setitem(STRUCTURES, "scalar", Structure(scalar, "average its diagonal"))
    monkeypatch.setitem(CHARTS, "scalar", Scalar)
    start = random_student(3, 0.3, np.random.default_rng(1), "scalar")
    target = impulse_response(teacher([0.5], [1.0]), 4)
    slow = gradient_descent(start, target, 1e-3, 2000, structure="scalar").final
    flow = gradient_flow(start, target, 2.0, structure="scalar").final
    require_structure(flow.A, "scalar")
    assert not np.allclose(flow.A, start.A)
    for name in "ABC":
        np.testing.assert_allclose(getattr(slow, name), getattr(flow, name), atol=5e-3)
    with pytest.raises(ValueError, match=r"A is not scalar: .*average its diagonal"):
        gradient_flow(LinearRNN(np.diag([1.0, 2.0, 3.0]), start.B, start.C), target, 1.0, "scalar")


def test_a_large_matrix_in_a_batch_does_not_hide_a_small_one():
    A = np.stack([1e12 * np.eye(2), np.array([[0.5, 1.0], [0.0, 0.2]])])
    with pytest.raises(ValueError, match=r"off by 0\.5 \(largest entry 1\)"):
        require_structure(A, "symmetric")
    require_structure(A[:1], "symmetric")
    require_structure(A[:0], "symmetric")
