"""The worst student is stable, balanced, trained to delta, and errs as much as the sharp constant allows."""

import numpy as np
import pytest

from lowdim.balls.exact import exact_errors
from lowdim.moments.stability import sharp_constants
from lowdim.moments.worst import worst_student
from lowdim.systems.teachers import teacher

TEACHERS = [
    ([0.5], [1.0]),
    ([0.9, -0.5], [0.6, 0.4]),
    ([-0.9, 0.5], [0.6, 0.4]),  # at odd lags the signs have to be turned
    ([0.8, 0.1, -0.6], [0.3, 0.2, 0.5]),
]


@pytest.mark.parametrize(("poles", "weights"), TEACHERS)
@pytest.mark.parametrize("extra", [1, 2, 7, 30, 201])
def test_it_attains_the_sharp_constant(poles, weights, extra):
    lag = 2 * len(poles) + extra
    misses = []
    for delta in (1e-7, 1e-8):
        student = worst_student(poles, weights, lag, delta)
        assert (np.abs(np.diag(student.A)) <= 1).all()
        np.testing.assert_array_equal(student.B, student.C)
        error = exact_errors(student, teacher(poles, weights), lag + 1)
        seen = error[: 2 * len(poles) + 1]
        np.testing.assert_allclose(seen, delta, rtol=1e-15 / delta * 10)
        misses.append(1 - error[lag] / (sharp_constants(poles, lag + 1)[lag] * seen.max()))
    # Never above; below by what is of second order in delta, and by rounding, 1e-16 against delta.
    assert min(misses) >= 0
    assert misses[1] < max(0.2 * misses[0], 1e-15 / 1e-8 * 10)


def test_a_training_error_that_leaves_the_neighbourhood_is_refused():
    with pytest.raises(ValueError, match="too large"):
        worst_student([0.9, 0.89], [0.5, 0.5], lag=20, delta=0.01)
