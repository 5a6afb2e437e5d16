r"""Training on N recorded sequences is training on another target with another covariance.

The last output after inputs $x_0, \dots, x_{k-1}$ is linear in the responses, $y = \sum_j m_j x_{k-1-j}$.
So the mean squared error on N sequences with labels $y_n$ is an exact quadratic form in $m$,

$$\frac1N \sum_n \Big(y_n - \sum_{j<k} m_j x_{n,k-1-j}\Big)^2
= (m - m^*)^{\mathsf T} M (m - m^*) + \text{floor},$$

with $m^*$ the least-squares responses and $M$ the empirical Gram matrix of the lags: `population_loss` with
`target` $m^*$ and `covariance` $\frac1N \sum_n x_n x_n^{\mathsf T}$, plus a constant.  Every tool for the
population loss therefore runs on finite data unchanged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from lowdim.arrays import require_count, require_finite, require_rng
from lowdim.systems.linear import LinearRNN, simulate


@dataclass(frozen=True)
class EmpiricalLoss:
    r"""The mean squared error on a data set, $(m - m^*)^{\mathsf T} M (m - m^*) + \text{floor}$.

    Args:
        target: least-squares responses $m^*$, shape (k,); those of least norm where the data leave a choice.
        covariance: $\frac1N \sum_n x_n x_n^{\mathsf T}$ in order of time, shape (k, k), singular if N < k.
        floor: the error that no responses can avoid.
    """

    target: Float[np.ndarray, " k"]
    covariance: Float[np.ndarray, "k k"]
    floor: float


def empirical_loss(inputs: Float[np.ndarray, "N k"], labels: Float[np.ndarray, " N"]) -> EmpiricalLoss:
    r"""The mean squared error of the last output on N sequences, as a quadratic form in the responses.

    Args:
        inputs: sequences in order of time, shape (N, k).
        labels: the output wanted after each of them, shape (N,).

    Returns:
        EmpiricalLoss: pass its `target` and `covariance` on to `gradient_flow` or `gradient_descent`.

    Raises:
        ValueError: NaN or infinite entries, no sequences, or not one label per sequence.
    """
    require_finite("inputs", inputs)
    require_finite("labels", labels)
    if inputs.ndim != 2 or labels.shape != inputs.shape[:1]:
        raise ValueError(
            f"inputs must have shape (N, k) and labels (N,), but they have {inputs.shape} and {labels.shape}."
        )
    if not inputs.size:
        raise ValueError(
            f"inputs of shape {inputs.shape} hold no data: at least one sequence of one input is needed."
        )
    by_lag = inputs[:, ::-1]
    target, *_ = np.linalg.lstsq(by_lag, labels)
    covariance = inputs.T @ inputs / len(inputs)
    return EmpiricalLoss(target, covariance, float(np.mean((labels - by_lag @ target) ** 2)))


def draw_inputs(
    sequences: int, k: int, rng: np.random.Generator, covariance: Float[np.ndarray, "k k"] | None = None
) -> Float[np.ndarray, "N k"]:
    r"""N Gaussian input sequences of length k.

    Args:
        sequences: how many.
        k: length of each.
        rng: NumPy random generator; it is advanced.
        covariance: $E[x x^{\mathsf T}]$ in order of time, positive definite, shape (k, k); white if None.

    Returns:
        Sequences, shape (N, k).

    Raises:
        TypeError: rng that is not a numpy.random.Generator.
        ValueError: n or k below 1.
    """
    require_rng(rng)
    white = rng.standard_normal((require_count("sequences", sequences), require_count("k", k)))
    return white if covariance is None else white @ np.linalg.cholesky(covariance).T


def draw_data(
    teacher: LinearRNN,
    sequences: int,
    k: int,
    rng: np.random.Generator,
    noise: float = 0.0,
    covariance: Float[np.ndarray, "k k"] | None = None,
) -> tuple[Float[np.ndarray, "N k"], Float[np.ndarray, " N"]]:
    r"""N Gaussian sequences, each with the teacher's output at its end, observed with Gaussian noise.

    Args:
        teacher: a single NumPy system.
        sequences: how many.
        k: length of each.
        rng: NumPy random generator; it is advanced.
        noise: standard deviation of what is added to the labels.
        covariance: of the inputs, as for `draw_inputs`; white if None.

    Returns:
        (inputs, labels) for `empirical_loss`, of shapes (N, k) and (N,).
    """
    inputs = draw_inputs(sequences, k, rng, covariance)
    return inputs, simulate(teacher, inputs)[:, -1] + noise * rng.standard_normal(sequences)


def observed_lags(lags: Sequence[int], k: int | None = None) -> Float[np.ndarray, "k k"]:
    r"""The Gram matrix `gram` under which the loss is $\sum r_j^2$ over these lags only.

    Args:
        lags: from 0 on, in any order.
        k: training length; by default the shortest that reaches the last of the lags.

    Returns:
        Diagonal array, shape (k, k): one at each of the lags, zero elsewhere.

    Raises:
        ValueError: no lag, one outside 0 to k - 1, or one that is no whole number.

    >>> observed_lags([0, 2]).diagonal()
    array([1., 0., 1.])
    """
    if any(isinstance(lag, (bool, np.bool_)) or not float(lag).is_integer() for lag in lags):
        raise ValueError(f"lags must be whole numbers, but are {list(lags)}.")
    k = int(max(lags, default=0)) + 1 if k is None else require_count("k", k)
    if len(lags) == 0 or min(lags) < 0 or max(lags) >= k:
        raise ValueError(f"lags must lie between 0 and k - 1 = {k - 1}, at least one, but are {list(lags)}.")
    return np.diag(np.isin(np.arange(k), lags).astype(float))


def autoregressive_covariance(k: int, correlation: float) -> Float[np.ndarray, "k k"]:
    r"""Covariance $\rho^{|i-j|}$ of a stationary first-order autoregressive input of variance one.

    Args:
        k: length of the sequences.
        correlation: $\rho$ between neighbours, in (-1, 1).

    Returns:
        Array of shape (k, k).

    Raises:
        ValueError: correlation outside (-1, 1).

    >>> autoregressive_covariance(2, 0.5)
    array([[1. , 0.5],
           [0.5, 1. ]])
    """
    if not -1 < correlation < 1:
        raise ValueError(f"correlation must lie in (-1, 1), but is {correlation!r}.")
    lags = np.arange(require_count("k", k))
    return float(correlation) ** np.abs(lags[:, None] - lags)


def windows(inputs: Float[np.ndarray, " T"], outputs: Float[np.ndarray, " T"], k: int) -> tuple:
    """One long record cut into all its overlapping sequences of length k, each with the output at its end.

    Args:
        inputs: the record's inputs, shape (T,).
        outputs: what was recorded at the same times, shape (T,).
        k: length of the sequences, at most T.

    Returns:
        (sequences, labels) for `empirical_loss`, of shapes (T - k + 1, k) and (T - k + 1,).

    Raises:
        ValueError: records of unequal length, or shorter than k.
    """
    k = require_count("k", k)
    if inputs.shape != outputs.shape or len(inputs) < k:
        raise ValueError(
            f"inputs and outputs must be records of one length >= k = {k}, but have shapes "
            f"{inputs.shape} and {outputs.shape}."
        )
    return np.lib.stride_tricks.sliding_window_view(inputs, k), outputs[k - 1 :]
