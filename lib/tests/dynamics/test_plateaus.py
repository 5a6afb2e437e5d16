"""Plateaus: fits by atoms, the sign of the first residual, and the rates at which a plateau is left."""

import numpy as np
import pytest
import torch

from lowdim.dynamics.few_atoms import atomic_fits, fit_at
from lowdim.dynamics.plateaus import (
    at_plateau,
    first_residual,
    growth_rate,
    linearization,
    optimal_approximant,
    rests,
)
from lowdim.systems.compare import residuals
from lowdim.systems.linear import impulse_response, spectral_measure
from lowdim.systems.students import random_student
from lowdim.systems.teachers import teacher
from lowdim.training.flow import gradient_flow
from lowdim.training.objective import gradients, loss_and_gradients, population_loss

K = 9
TRUTH = teacher([-0.7, 0.2, 0.9], [0.3, 0.3, 0.4])
TARGET = impulse_response(TRUTH, K)
FITS = atomic_fits(TARGET, 3)


def test_as_many_atoms_as_the_teacher_has_find_the_teacher():
    poles, weights = spectral_measure(FITS[2])
    np.testing.assert_allclose(poles, [-0.7, 0.2, 0.9], atol=1e-7)
    np.testing.assert_allclose(weights, [0.3, 0.3, 0.4], atol=1e-7)


def test_one_atom_is_best_on_a_grid():
    poles = np.linspace(-0.999, 0.999, 4001)
    powers = poles[:, None] ** np.arange(K)
    weights = np.maximum(powers @ TARGET, 0) / np.sum(powers**2, axis=1)
    losses = np.sum((weights[:, None] * powers - TARGET) ** 2, axis=1)
    found = float(population_loss(FITS[0], TARGET))
    assert found <= losses.min() < found * (1 + 1e-4)


@pytest.mark.parametrize("n", [1, 2])
def test_fits_are_at_rest_in_both_structures(n):
    for structure in ("symmetric", "diagonal"):
        slope = gradients(FITS[n - 1], TARGET, structure)
        assert max(np.abs(part).max() for part in (slope.A, slope.B, slope.C)) < 1e-6


@pytest.mark.parametrize("seed", range(5))
def test_the_sign_holds_for_random_balanced_teachers(seed):
    rng = np.random.default_rng(seed)
    truth = teacher(rng.uniform(-1, 1, 5), rng.uniform(0.1, 1, 5))
    target = impulse_response(truth, 12)
    for fit in atomic_fits(target, 2):
        r0 = residuals(fit, target)[0]
        assert r0 < 0
        assert first_residual(fit, truth, 12) == pytest.approx(r0, rel=1e-4)


def test_the_approximant_solves_its_normal_equations_and_has_no_zero_in_the_disc():
    p, s = optimal_approximant(np.array([0.9, -0.4]), 12)
    gap = np.eye(12)[0] - np.convolve(p, s)
    for shift in range(len(s)):
        assert abs(gap[shift : shift + len(p)] @ p) < 1e-12
    assert np.abs(np.roots(s[::-1])).min() > 1
    assert s[0] > 0


# What torch itself does when it first loads its forward mode.
FORWARD = pytest.mark.filterwarnings("ignore:.torch.jit.script. is deprecated:DeprecationWarning")


@FORWARD
@pytest.mark.parametrize("structure", ["symmetric", "diagonal"])
def test_the_linearization_is_the_complex_step_of_the_gradient(structure, plain):
    student, _ = at_plateau(FITS[1], 4, 1e-2, np.random.default_rng(3), structure)
    d, tiny = student.dim, 1e-40
    pairs = [(i, j) for i in range(d) for j in range(i, d if structure == "symmetric" else i + 1)]
    basis = []
    for i, j in pairs:
        unit = np.zeros((d, d))
        unit[i, j] = unit[j, i] = 1.0 if i == j else np.sqrt(0.5)
        basis.append((unit, np.zeros(d), np.zeros(d)))
    basis += [(np.zeros((d, d)), b, c) for b, c in zip(np.eye(2 * d, d), np.eye(2 * d, d, -d), strict=True)]

    def slope(move):
        moved = [w + 1j * tiny * m for w, m in zip((student.A, student.B, student.C), move, strict=True)]
        _, *slopes = loss_and_gradients(*moved, TARGET, None, structure)
        return [np.sum([np.sum(s.imag * e) for s, e in zip(slopes, unit, strict=True)]) for unit in basis]

    expected = -np.array([slope(move) for move in basis]) / tiny
    np.testing.assert_allclose(linearization(student, TARGET, structure), expected, rtol=0, atol=1e-13)


@FORWARD
def test_the_linearization_of_a_torch_student_is_a_tensor():
    student, _ = at_plateau(FITS[0], 3, 1e-2, np.random.default_rng(3))
    twin = linearization(student.map(torch.from_numpy), torch.from_numpy(TARGET))
    np.testing.assert_array_equal(twin.numpy(), linearization(student, TARGET))


@FORWARD
@pytest.mark.parametrize("structure", ["symmetric", "diagonal"])
@pytest.mark.parametrize("n", [1, 2])
def test_the_linearization_has_the_predicted_spectrum(structure, n):
    inactive = 2
    student, _ = at_plateau(FITS[n - 1], n + inactive, 0.0, np.random.default_rng(1), structure)
    rates = np.linalg.eigvalsh(linearization(student, TARGET, structure))
    growth, decay = growth_rate(FITS[n - 1], TARGET, structure), 2 * residuals(FITS[n - 1], TARGET)[0]
    np.testing.assert_allclose(rates[-inactive:], growth, rtol=1e-5)
    assert rates[-inactive - 1] < 1e-5 * growth
    assert np.sum(np.abs(rates / decay - 1) < 1e-5) == inactive


def test_a_student_at_a_plateau_is_the_fit_turned():
    student, active = at_plateau(FITS[1], 6, 0.0, np.random.default_rng(2))
    np.testing.assert_allclose(impulse_response(student, 20), impulse_response(FITS[1], 20), atol=1e-13)
    np.testing.assert_allclose(active @ student.A @ active.T, FITS[1].A, atol=1e-14)
    assert np.abs(student.A - np.diag(np.diag(student.A))).max() > 0.01


def test_a_run_rests_once_for_each_number_of_atoms():
    start = random_student(6, 1e-4, np.random.default_rng(0))
    run = gradient_flow(start, TARGET, 1e5, times=np.geomspace(0.1, 1e5, 300), atol=1e-16)
    heights = [float(population_loss(fit, TARGET)) for fit in FITS[:2]]
    at = rests(run, TARGET, tolerance=0.1)  # the first it passes before it has settled
    np.testing.assert_allclose(run.loss[at[-2:]], heights, rtol=0.05)


def test_a_slow_stretch_is_no_rest():
    """Two close poles: after the first plateau the speed has minima where the loss does not stand still."""
    goal = impulse_response(teacher([0.9, 0.85], [0.5, 0.5]), 7)
    times = np.geomspace(0.01, 1e7, 400)
    start = random_student(20, 1e-4, np.random.default_rng(0))
    run = gradient_flow(start, goal, times[-1], times=times, atol=1e-20)
    every, still = rests(run, goal, tolerance=np.inf), rests(run, goal)
    slower = np.setdiff1d(every, still)
    assert set(still) < set(every)
    assert (run.loss[slower] < 1e-4).all()
    falling = -np.gradient(np.log(run.loss), np.log(times))
    assert (falling[slower] > 0.01).all()
    assert (falling[still] < 0.01).all()


def test_a_fit_is_found_from_where_a_student_stands():
    """At the mirror teacher's best fit by one atom, and at the one at zero that is none."""
    goal = impulse_response(teacher([0.9, -0.9], [0.5, 0.5]), 5)
    best = atomic_fits(goal, 1)[0]
    near = teacher([best.A[0, 0] * 0.97, 0.01, -0.005], [best.B[0] ** 2, 1e-5, 1e-5])
    assert population_loss(fit_at(near, goal), goal) == pytest.approx(float(population_loss(best, goal)))
    split = teacher([0.004, -0.004], [0.5, 0.5])
    assert fit_at(split, goal).dim == 1
    assert population_loss(fit_at(split, goal), goal) == pytest.approx(np.sum(goal[1:] ** 2))
    with pytest.raises(ValueError, match="0 atoms above"):
        fit_at(teacher([0.5], [1e-6]), goal)


def test_arguments_out_of_range_are_refused():
    with pytest.raises(ValueError, match="too many for k = 9"):
        atomic_fits(TARGET, 5)
    with pytest.raises(ValueError, match="need k > 4"):
        optimal_approximant(np.array([0.5, 0.1]), 4)
    with pytest.raises(ValueError, match="d must exceed the 2 atoms"):
        at_plateau(FITS[1], 2, 1e-3, np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"one student is linearized at a time: rnn\[i\]"):
        linearization(random_student(3, 0.1, np.random.default_rng(0), batch=(2,)), TARGET)
    with pytest.raises(ValueError, match="A is not diagonal"):
        linearization(random_student(3, 0.1, np.random.default_rng(0)), TARGET, "diagonal")
