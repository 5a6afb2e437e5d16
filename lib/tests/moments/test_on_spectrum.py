"""What a spectrum and the first moments leave open, against all vertices of the polytope of weights."""

import itertools

import numpy as np
import pytest

from lowdim.moments.on_spectrum import largest_residual
from lowdim.systems.linear import impulse_response, spectral_measure
from lowdim.systems.students import nearby_student
from lowdim.systems.teachers import teacher

TRUTH = teacher([0.8, -0.4], [0.6, 0.4])
K = 5


@pytest.mark.parametrize("seed", range(3))
def test_it_is_the_largest_over_all_vertices(seed):
    student = nearby_student(TRUTH, 8, np.random.default_rng(seed), 1e-2, 1e-2, imbalance=0.0)
    poles, weights = spectral_measure(student)
    seen = np.vander(poles, K, increasing=True).T
    found = []
    for used in itertools.combinations(range(8), K):
        w = np.zeros(8)
        w[list(used)] = np.linalg.solve(seen[:, used], seen @ weights)
        if w.min() > -1e-12:
            found.append(abs(w @ poles**20 - impulse_response(TRUTH, 21)[20]))
    assert largest_residual(student, TRUTH, K, 20) == pytest.approx(max(found), rel=1e-5)


def test_as_many_lags_as_poles_leave_nothing_open():
    student = nearby_student(TRUTH, 5, np.random.default_rng(0), 1e-2, 1e-2, imbalance=0.0)
    own = impulse_response(student, 21)[20] - impulse_response(TRUTH, 21)[20]
    assert largest_residual(student, TRUTH, K, 20) == pytest.approx(abs(own), rel=1e-9)


def test_a_lag_of_training_and_an_unbalanced_student_are_refused(plain):
    student = nearby_student(TRUTH, 6, np.random.default_rng(0), 1e-2, 1e-2, imbalance=0.0)
    with pytest.raises(ValueError, match="lag 4 is among the first k = 5"):
        largest_residual(student, TRUTH, K, 4)
    for k, lag, name in ((0, 4, "k"), (2.0, 4, "k"), (2, 4.5, "lag")):
        with pytest.raises(ValueError, match=f"{name} must be a whole number of at least 1"):
            largest_residual(student, TRUTH, k, lag)
    with pytest.raises(ValueError, match="student must be balanced"):
        largest_residual(teacher([0.5, 0.1], [1.0, -0.1]), TRUTH, K, 20)


def test_a_teacher_of_as_many_states_as_the_student():
    student, truth = teacher([0.9, 0.5, 0.1], [1.0, 1.0, 1.0]), teacher([0.8, 0.4, 0.2], [1.0, 1.0, 1.0])
    # With m_0 = 3 and m_1 = 1.5 the poles 0.9 and 0.1 share the mass evenly, at most.
    most = 1.5 * (0.9**4 + 0.1**4) - impulse_response(truth, 5)[4]
    assert largest_residual(student, truth, 2, 4) == pytest.approx(most, rel=1e-9)
