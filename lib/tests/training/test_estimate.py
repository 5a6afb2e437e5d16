"""Bands from noisy sequences cover at their level, all lags at once, and so do the ranges made of them."""

import numpy as np
import pytest

from lowdim.moments.ranges import response_ranges
from lowdim.systems.linear import impulse_response, simulate
from lowdim.systems.teachers import teacher
from lowdim.training.estimate import response_band
from lowdim.training.finite_data import autoregressive_covariance, draw_inputs


def draw(rng):
    """Sequences of a random system through random inputs, with noise, and the system's responses."""
    d, k = rng.integers(1, 6), int(rng.integers(2, 9))
    truth = teacher(rng.uniform(-1, 1, d), rng.uniform(0.1, 1, d))
    covariance = autoregressive_covariance(k, rng.uniform(-0.8, 0.8)) if rng.random() < 0.5 else None
    inputs = draw_inputs(int(k + rng.integers(1, 60)), k, rng, covariance)
    labels = simulate(truth, inputs)[:, -1] + 10.0 ** rng.uniform(-4, 0) * rng.standard_normal(len(inputs))
    return inputs, labels, impulse_response(truth, k + 30)


@pytest.mark.parametrize("confidence", [0.5, 0.9])
def test_the_joint_coverage_is_the_nominal_one(confidence):
    rng, draws, held, halved = np.random.default_rng(0), 2000, 0, 0
    for _ in range(draws):
        inputs, labels, m = draw(rng)
        band = response_band(inputs, labels, confidence)
        off = np.abs(band.responses - m[: len(band.responses)])
        held += (off <= band.tolerance).all()
        halved += (off <= band.tolerance / 2).all()
    slack = 3 * np.sqrt(confidence * (1 - confidence) / draws)
    assert confidence - slack <= held / draws <= (1 + confidence) / 2  # correlated estimates: a little wide
    assert halved / draws < confidence - slack


def test_the_certified_range_covers_as_often():
    rng, draws, held = np.random.default_rng(1), 60, 0
    for _ in range(draws):
        inputs, labels, m = draw(rng)
        band = response_band(inputs, labels, 0.9)
        k = len(band.responses)
        try:
            ranges = response_ranges(band.responses, [k, k + 20], band.tolerance)
        except ValueError:  # the band holds no balanced system: it has missed
            continue
        held += all(r.low <= m[q] <= r.high for r, q in zip(ranges, (k, k + 20), strict=True))
    assert held / draws >= 0.9 - 3 * np.sqrt(0.09 / draws)


def test_more_sequences_narrow_the_band_like_their_root():
    rng, truth = np.random.default_rng(2), teacher([0.9], [1.0])
    widths = []
    for n in (400, 1600, 6400):
        inputs = draw_inputs(n, 4, rng)
        labels = simulate(truth, inputs)[:, -1] + 0.1 * rng.standard_normal(n)
        widths.append(response_band(inputs, labels).tolerance.mean())
    assert np.polyfit(np.log([400, 1600, 6400]), np.log(widths), 1)[0] == pytest.approx(-0.5, abs=0.05)


@pytest.mark.parametrize(
    ("shape", "confidence", "message"),
    [((3, 3), 0.9, "N > k"), ((9, 3), 1.0, "confidence"), ((9, 3), 0.9, "rank")],
)
def test_what_cannot_be_told_is_refused(shape, confidence, message):
    inputs = np.ones(shape) if message == "rank" else np.random.default_rng(0).standard_normal(shape)
    with pytest.raises(ValueError, match=message):
        response_band(inputs, np.ones(shape[0]), confidence)


@pytest.mark.parametrize(("unit", "scale"), [(1.0, 1e-170), (1.0, 1e200), (1e-170, 1.0), (1e170, 1.0)])
def test_a_band_has_the_units_of_its_data(unit, scale):
    inputs, labels, _ = draw(np.random.default_rng(3))
    band, other = response_band(inputs, labels), response_band(unit * inputs, scale * labels)
    np.testing.assert_allclose(other.responses * unit, band.responses * scale, rtol=1e-10)
    np.testing.assert_allclose(other.tolerance * unit, band.tolerance * scale, rtol=1e-10)
    assert other.noise == pytest.approx(band.noise * scale, rel=1e-10)
