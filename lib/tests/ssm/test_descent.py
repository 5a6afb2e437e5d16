"""Training: alone as in a batch, kept at its level, against the library's own descent."""

import numpy as np
import pytest
import torch

from lowdim import ssm
from lowdim.systems import impulse_response, teacher
from lowdim.training import gradient_descent

TEACHER = teacher([0.9, -0.5], [0.6, 0.4])
TARGET = impulse_response(TEACHER, 8)


def students(count, seed=0):
    return ssm.lru(8, np.random.default_rng(seed), (count,))


def residual(layer):
    return (ssm.responses(layer, 8) - torch.from_numpy(TARGET)).abs().amax(-1).numpy()


def test_plain_descent_of_a_dense_layer_is_that_of_the_linear_chapters():
    layer = ssm.dense(5, np.random.default_rng(0), (2,))
    run = ssm.train(layer, TARGET, 50, optimizer="SGD", rate=0.01)
    rnn = gradient_descent(ssm.as_rnn(layer), TARGET, 0.01, 50, structure="free").final
    np.testing.assert_allclose(run.final.weights["A"], rnn.A, rtol=1e-12, atol=1e-14)


def test_a_student_trains_alone_as_in_a_batch():
    levels, targets = [0.1, 0.03], np.stack([TARGET, 0.5 * TARGET, -TARGET])
    batch = ssm.train(students(3), targets, 400, levels, rate=0.02)
    for i in range(3):
        alone = ssm.train(students(3)[[i]], targets[i], 400, levels, rate=0.02)
        assert (alone.steps[:, 0] == batch.steps[:, i]).all()
        for name, weight in alone.final.weights.items():
            torch.testing.assert_close(weight[0], batch.final.weights[name][i], rtol=1e-9, atol=1e-12)


def test_students_are_kept_at_the_first_step_below_a_level():
    levels = [0.05, 0.1]
    run = ssm.train(students(4), TARGET, 300, levels, rate=0.02)
    assert 0 < (run.steps > 0).sum() < 8
    for row, level in enumerate(levels):
        for i, step in enumerate(run.steps[row]):
            kept = ssm.responses(run.passed[row], 8)[i]
            if step < 0:
                assert kept.isnan().all()
                continue
            at, before = (ssm.train(students(4)[[i]], TARGET, int(s), rate=0.02) for s in (step, step - 1))
            assert residual(at.final)[0] <= level < residual(before.final)[0]
            torch.testing.assert_close(kept, ssm.responses(at.final, 8)[0], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(run.error, residual(run.final), rtol=1e-9)
    assert run.student_steps < 4 * 300


def test_a_level_that_is_not_reached_says_so():
    run = ssm.train(students(2), TARGET, 60, [1e-9], rate=0.01)
    assert (run.steps == -1).all()
    assert all(weight.isnan().all() for weight in run.passed.weights.values())
    np.testing.assert_allclose(run.error, residual(run.final), rtol=1e-12)


def test_one_that_diverges_leaves_and_the_others_go_on():
    start = ssm.dense(4, np.random.default_rng(0), (2,))
    start.weights["A"][0] = 50.0 * torch.eye(4, dtype=torch.float64)
    long = 0.9 ** np.arange(400)
    run = ssm.train(start, long, 120, rate=0.01)
    assert np.isnan(run.error[0]) or np.isinf(run.error[0])
    assert np.isfinite(run.error[1])


def test_the_start_is_left_alone_and_axes_come_back():
    start = ssm.real_diagonal(4, np.random.default_rng(0), (2, 3))
    before = {name: weight.clone() for name, weight in start.weights.items()}
    run = ssm.train(start, np.broadcast_to(TARGET, (2, 3, 8)), 20, [0.5, 0.1])
    assert run.passed.batch == (2, 2, 3)
    assert run.steps.shape == (2, 2, 3)
    assert run.final.batch == run.error.shape == (2, 3)
    for name, weight in before.items():
        assert torch.equal(start.weights[name], weight)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"target": TARGET[None]}, "target must have shape"),
        ({"levels": [0.1, 0.0]}, "a level must be positive"),
        ({"rate": -1.0}, "rate must be positive"),
        ({"optimizer": "Adamant"}, "optimizer must be a callable or one of"),
        ({"steps": 0}, "steps must be a whole number"),
    ],
)
def test_what_is_refused_and_why(changed, message, plain):
    arguments = {"target": TARGET, "steps": 10, **changed}
    with pytest.raises(ValueError, match=message):
        ssm.train(students(2), arguments.pop("target"), arguments.pop("steps"), **arguments)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_trains_to_the_same_students():
    here, there = (ssm.train(students(5), TARGET, 100, [0.1], device=d) for d in ("cpu", "cuda"))
    torch.testing.assert_close(
        ssm.responses(here.final, 50), ssm.responses(there.final, 50), atol=1e-9, rtol=0
    )
    assert next(iter(there.final.weights.values())).device.type == "cpu"
