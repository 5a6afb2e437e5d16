"""Oscillating and delayed responses against their formulas, and their true dimension."""

import numpy as np
import pytest

from lowdim.systems.linear import impulse_response
from lowdim.systems.teachers import delayed, oscillating_teacher, teacher


def rank_of_hankel(rnn, n=8):
    m = impulse_response(rnn, 2 * n - 1)
    return np.linalg.matrix_rank(m[np.add.outer(np.arange(n), np.arange(n))], tol=1e-10)


def test_the_oscillation_is_a_damped_cosine():
    j = np.arange(30)
    m = impulse_response(oscillating_teacher(0.95, 0.4, 2.0), 30)
    np.testing.assert_allclose(m, 2 * 0.95**j * np.cos(0.4 * j), atol=1e-13)
    assert rank_of_hankel(oscillating_teacher(0.95, 0.4)) == 2


@pytest.mark.parametrize("delay", [1, 2, 5])
@pytest.mark.parametrize(
    "rnn", [teacher([0.9, -0.5], [0.6, 0.4]), oscillating_teacher(0.9, 1.0)], ids=["real", "complex"]
)
def test_the_delay_shifts_the_response_and_costs_one_state_per_lag(rnn, delay):
    late = delayed(rnn, delay)
    expected = np.concatenate([np.zeros(delay), impulse_response(rnn, 20 - delay)])
    np.testing.assert_allclose(impulse_response(late, 20), expected, atol=1e-14)
    assert late.dim == rank_of_hankel(late) == rnn.dim + delay


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="radius must not be negative"):
        oscillating_teacher(-0.5, 0.0)
    with pytest.raises(ValueError, match="delay must be a whole number"):
        delayed(teacher([0.5], [1.0]), 0)
    with pytest.raises(ValueError, match="batch axes"):
        delayed(teacher([[0.5], [0.6]], [[1.0], [1.0]]), 1)
