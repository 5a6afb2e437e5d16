r"""The error of a student at any length, and the least error of a short memory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from lowdim.arrays import require_count
from lowdim.gated.construct import stream
from lowdim.gated.network import Recurrent

_ERROR, _FLOOR, _FILTER = 3, 4, 6  # streams of test sequences
_BLOCK = 500  # steps per call in long runs, so that what is held does not grow with the length


def normalized_error(
    student: Recurrent,
    teacher: nn.Module,
    lengths: Sequence[int],
    sequences: int = 512,
    window: int = 1,
    seed: int = 0,
) -> Float[np.ndarray, "lengths copies"]:
    r"""The error of the output after T inputs, relative to the teacher's spread, on fresh white sequences.

    $$ e(T) = \Big( \frac{\sum_t \mathrm E (y_t - \hat y_t)^2}{\sum_t \mathrm{Var}\, \hat y_t} \Big)^{1/2},
    \qquad t = T - \mathrm{window} + 1, \dots, T . $$

    Zero is perfect; one is as bad as answering with the teacher's mean. All copies read the same sequences.

    Args:
        student: the networks to judge.
        teacher: one network per student, or a single one for all.
        lengths: T, increasing, each at least `window` above the one before.
        sequences: how many are averaged over, at least 2.
        window: how many of the last outputs are averaged over: 1 for the last one, k at T = k for all.
        seed: of the sequences.

    Raises:
        ValueError: lengths not increasing by at least `window`, fewer than two sequences.
    """
    sequences = require_count("sequences", sequences, least=2)  # one has no variance
    window, lengths = require_count("window", window), [require_count("lengths", T) for T in lengths]
    if any(b - a < window for a, b in zip([0, *lengths], lengths, strict=False)):
        raise ValueError(
            f"lengths must increase by at least window = {window} from 0 on, but are {lengths}; "
            "take a shorter window for the short ones, in a call of their own."
        )
    rng, like, states = stream(seed, _ERROR), student.offset, [None, None]

    def outputs(steps: int) -> tuple[Tensor, Tensor]:
        inputs = torch.from_numpy(rng.standard_normal((steps, sequences)).T).to(like)[None]
        y, states[0] = student(inputs, states[0])
        target, states[1] = teacher(inputs, states[1])
        return y, target

    errors, now = [], 0
    with torch.no_grad():
        for length in lengths:
            while now < length - window:
                skip = min(_BLOCK, length - window - now)
                outputs(skip)
                now += skip
            y, target = outputs(window)
            now = length
            errors.append(((y - target).square().mean((1, 2)) / target.var(1).mean(1)).sqrt())
    return torch.stack(errors).double().cpu().numpy()


def error_curve(
    student: Recurrent, teacher: nn.Module, lengths: Sequence[int]
) -> Float[np.ndarray, "lengths copies"]:
    """Normalized errors at short and at long lengths, in the time of the long ones.

    Lengths below 256 are averaged over 512 sequences; longer ones over 16 sequences and the last 200 outputs.

    Args:
        student: the networks to judge.
        teacher: one network per student, or a single one for all.
        lengths: T, increasing, those from 256 on by at least 200.

    Raises:
        ValueError: lengths that do not increase by as much.
    """
    near, far = [T for T in lengths if T < 256], [T for T in lengths if T >= 256]
    short = normalized_error(student, teacher, near) if near else np.empty((0, student.copies))
    long = normalized_error(student, teacher, far, 16, 200) if far else np.empty((0, student.copies))
    return np.concatenate((short, long))


def memory_floor(
    teacher: Recurrent, k: int, past: int = 100, sequences: int = 2048, seed: int = 0
) -> Float[np.ndarray, " copies"]:
    r"""The least error, normalized as above, of any predictor that sees only the last k inputs.

    Two runs with independent pasts and the same last k inputs end in $\hat y, \hat y'$. Given those inputs
    the two are independent and alike, so $\frac12 \mathrm E(\hat y - \hat y')^2$ is the mean conditional
    variance of the output, and no function of the k inputs has a smaller mean squared error.

    Args:
        teacher: the networks to predict.
        k: inputs that the predictor sees.
        past: inputs before those.
        sequences: pairs that are averaged over.
        seed: of the inputs.
    """
    rng = stream(seed, _FLOOR)
    pasts = rng.standard_normal((2, sequences, past))
    inputs = np.concatenate((pasts, np.repeat(rng.standard_normal((1, sequences, k)), 2, axis=0)), axis=-1)
    with torch.no_grad():
        outputs, _ = teacher(torch.from_numpy(inputs.reshape(1, 2 * sequences, -1)).to(teacher.offset))
    last = outputs[:, :, -1].reshape(teacher.copies, 2, sequences)
    floor = (last[:, 0] - last[:, 1]).square().mean(1) / 2 / last.var((1, 2))
    return floor.sqrt().double().cpu().numpy()


def nonlinear_share(
    teacher: Recurrent, taps: int = 60, steps: int = 1000, sequences: int = 64, seed: int = 0
) -> Float[np.ndarray, " copies"]:
    r"""The least error, normalized as above, of a linear filter $\sum_{j < \mathrm{taps}} m_j x_{t-j} + c$.

    Zero for a linear teacher whose memory is no longer than the filter.

    Args:
        teacher: the networks to predict.
        taps: inputs that the filter sees.
        steps: outputs of each sequence that the filter is fitted to.
        sequences: how many.
        seed: of the inputs.
    """
    inputs = stream(seed, _FILTER).standard_normal((sequences, 2 * taps + steps))
    with torch.no_grad():
        outputs, _ = teacher(torch.from_numpy(inputs)[None].to(teacher.offset))
    past = np.lib.stride_tricks.sliding_window_view(inputs, taps, axis=-1)[:, -steps:].reshape(-1, taps)
    design = np.hstack((past, np.ones((len(past), 1))))
    wanted = outputs[..., -steps:].flatten(1).double().cpu().numpy().T
    rest = wanted - design @ np.linalg.lstsq(design, wanted, rcond=None)[0]
    return rest.std(0) / wanted.std(0)
