"""Measurements over sizes and seeds, and the exponents of the laws they follow."""

import numpy as np
import pytest

from lowdim.experiments import exponent, over


def test_the_values_come_first_the_seeds_second_and_what_is_measured_last():
    table = over(["a", "bb"], range(3), lambda name, seed: [len(name), seed])
    assert table.shape == (2, 3, 2)
    np.testing.assert_array_equal(table[1, 2], [2, 2])
    np.testing.assert_array_equal(table[0, :, 1], [0, 1, 2])


def test_seeds_that_can_be_read_only_once_serve_every_value():
    assert over([1, 2], iter([5, 6]), lambda value, seed: value * seed).tolist() == [[5, 6], [10, 12]]


def test_the_exponent_of_a_power_law_whatever_its_factor():
    x = np.geomspace(1e-6, 1e3, 7)
    powers = np.array([-2.5, 0.0, 0.75])
    found = exponent(x, np.array([3.0, 1e-9, 1e9]) * x[:, None] ** powers)
    np.testing.assert_allclose(found, powers, atol=1e-12)


def test_noise_moves_the_exponent_by_no_more_than_its_standard_error_allows():
    rng = np.random.default_rng(0)
    x, noise = np.geomspace(1, 1e3, 20), 0.1
    found = exponent(x, x[:, None] ** 1.5 * np.exp(noise * rng.standard_normal((20, 400))))
    predicted = noise / np.sqrt(20) / np.std(np.log(x))
    assert abs(found.mean() - 1.5) < 4 * predicted / np.sqrt(400)
    assert found.std() == pytest.approx(predicted, rel=0.15)


@pytest.mark.parametrize(
    ("x", "y", "reason"),
    [
        ([1.0, 2.0], [1.0, 0.0], "least y 0.0"),
        ([0.0, 1.0], [1.0, 1.0], "least x is 0.0"),
        ([2.0, 2.0], [1.0, 3.0], "all 2 are 2.0"),
    ],
)
def test_what_has_no_exponent_is_refused(x, y, reason):
    with pytest.raises(ValueError, match=reason):
        exponent(x, y)
