"""Block sums are moments; the band holds what it should, as often as it says."""

import numpy as np
import pytest

from lowdim.experiments.chain_times import drawn_chain
from lowdim.systems.chains import from_chain, integrated_time, run_chain
from lowdim.systems.linear import impulse_response
from lowdim.training.autocorrelations import autocorrelation_band, block_sums, windowed_time


@pytest.mark.parametrize("block", [1, 2, 8])
def test_block_sums_are_moments_of_the_image_measure(block):
    x, w = np.array([0.9, -0.7, 0.2]), np.array([0.5, 0.2, 0.3])
    rho = w @ x[:, None] ** np.arange(4 * block)
    mass = w * (x[:, None] ** np.arange(block)).sum(axis=1)
    assert (mass >= 0).all()
    np.testing.assert_allclose(block_sums(rho, block), mass @ (x**block)[:, None] ** np.arange(4), atol=1e-12)


@pytest.mark.parametrize("block", [1, 4])
def test_the_band_holds_at_its_level(block):
    held = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        P, f, rnn = drawn_chain(rng)
        band = autocorrelation_band(f[run_chain(P, 4, 4000, rng)], 4, block, confidence=0.9)
        truth = block_sums(impulse_response(rnn, 4 * block), block)
        held += bool((np.abs(band.sums - truth) <= band.tolerance + 1e-12).all())
    assert held >= 0.9 * 60 - 3 * np.sqrt(60 * 0.09)
    assert held < 60 or block == 1  # a band that always holds is too wide


def test_four_batches_have_student_s_distribution_of_three_degrees():
    draws = np.random.default_rng(0).standard_normal((4, 400))
    wide, even = (autocorrelation_band(draws, 2, batches=4, confidence=level) for level in (0.95, 0.5))
    # 3.182446 and 0.764892 are its quantiles at 0.975 and 0.75, from printed tables.
    np.testing.assert_allclose(wide.tolerance[1] / even.tolerance[1], 3.182446 / 0.764892, rtol=1e-5)


def test_the_first_autocorrelation_is_one_and_more_runs_narrow_the_band():
    rng = np.random.default_rng(0)
    P, f, _ = drawn_chain(rng)
    short, long = (autocorrelation_band(f[run_chain(P, 4, n, rng)], 3) for n in (2000, 32_000))
    assert (short.sums[0], short.tolerance[0]) == (1.0, 0.0)
    assert (long.tolerance[1:] < 0.6 * short.tolerance[1:]).all()


def test_the_windowed_time_is_near_the_truth_where_one_mode_decays():
    P, f = np.array([[0.9, 0.1], [0.1, 0.9]]), np.arange(2.0)
    runs = f[run_chain(P, 4, 20_000, np.random.default_rng(3))]
    assert windowed_time(runs) == pytest.approx(integrated_time(from_chain(P, f)), rel=0.1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"draws": np.zeros(9)}, "shape"),
        ({"draws": np.zeros((2, 900))}, "all the same"),
        ({"k": 400}, "too few for 400 lags"),
        ({"confidence": 1.0}, "between 0 and 1"),
        ({"draws": np.full((2, 900), np.nan)}, "draws"),
    ],
)
def test_what_says_nothing_is_refused(arguments, message, plain):
    usual = {"draws": np.random.default_rng(0).standard_normal((2, 900)), "k": 3}
    with pytest.raises(ValueError, match=message):
        autocorrelation_band(**usual | arguments)


@pytest.mark.parametrize("unit", [1e-200, 1e-161, 1e200])
def test_the_unit_of_the_draws_does_not_matter(unit):
    draws = np.cumsum(np.random.default_rng(0).standard_normal((2, 900)), axis=1)
    band, other = autocorrelation_band(draws, 3), autocorrelation_band(unit * draws, 3)
    np.testing.assert_allclose(other.sums, band.sums, rtol=1e-10)
    np.testing.assert_allclose(other.tolerance, band.tolerance, rtol=1e-8)
    assert windowed_time(unit * draws) == pytest.approx(windowed_time(draws), rel=1e-10)


def test_three_steps_have_no_lag_to_look_at():
    with pytest.raises(ValueError, match="four are needed"):
        windowed_time(np.arange(6.0).reshape(2, 3))
