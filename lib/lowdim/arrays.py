"""Checks of what comes in: one clear error that names the argument, what was passed and the usual fix."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from array_api_compat import array_namespace, device, is_array_api_obj, is_numpy_array, is_torch_array

# A NumPy array or a torch tensor; naming torch.Tensor here would import torch into NumPy-only kernels.
Array = Any

_FLOAT64 = np.zeros(0)


def identity_like(array: Array) -> Array:
    """The identity matrix of the size of the last axis, in the array's kind, precision and place.

    Args:
        array: shape (..., d).
    """
    return array_namespace(array).eye(array.shape[-1], dtype=array.dtype, device=device(array))


def own(array: Array) -> Array:
    """A copy, so that writing into the original changes nothing; the same tensor if it requires gradients.

    Args:
        array: a NumPy array or a torch tensor.
    """
    if is_torch_array(array):
        return array if array.requires_grad else array.clone()
    return array.copy()


def binary_exponent(array: np.ndarray) -> int:
    """The e with $2^{e-1}$ <= largest entry in size < $2^e$, or 0: scaling by $2^{-e}$ keeps all digits.

    Args:
        array: finite.
    """
    return int(np.frexp(np.abs(array).max(initial=0.0))[1])


def safe_unit(array: Array, axis: int | tuple[int, ...] = -1) -> Array:
    """1 where the squares of the entries neither overflow nor vanish, else the largest entry in size.

    Args:
        array: floating point.
        axis: over which one unit serves; it is kept, with length 1.
    """
    xp = array_namespace(array)
    info, largest = xp.finfo(array.dtype), xp.max(xp.abs(array), axis=axis, keepdims=True)
    plain = (largest > float(info.smallest_normal) ** 0.47) & (largest < float(info.max) ** 0.47)
    return xp.where(plain | (largest == 0), xp.ones_like(largest), largest)


def require_float(name: str, value: Array) -> None:
    """Refuse what is not a real floating-point array.

    Args:
        name: the argument's name, for the message.
        value: what was passed.
    """
    if not is_array_api_obj(value):
        raise TypeError(
            f"{name} must be a NumPy array or a torch tensor, but is {type(value).__name__}: {value!r}."
        )
    array: Array = value
    if not array_namespace(array).isdtype(array.dtype, "real floating") or array.dtype.itemsize > 8:
        raise TypeError(
            f"{name} must be real floating point (float64 in this book), but has dtype {array.dtype}; a "
            "longer one would be rounded on the way: convert it with .astype(np.float64)."
        )


def require_alike(**arrays: Array) -> None:
    """Refuse what is not floating point, NumPy mixed with torch, one precision mixed with another.

    Args:
        arrays: what was passed, under the names of the arguments.
    """
    for name, array in arrays.items():
        require_float(name, array)
    kinds = {
        name: f"{'torch' if is_torch_array(array) else 'NumPy'} {str(array.dtype).removeprefix('torch.')}"
        for name, array in arrays.items()
    }
    if len(set(kinds.values())) > 1:
        raise TypeError(
            f"{', '.join(kinds)} must be of one kind and precision, but "
            f"{', '.join(f'{name} is {kind}' for name, kind in kinds.items())}; convert with "
            "torch.from_numpy(x), x.numpy(), x.astype(...) or x.to(...)."
        )


def require_finite(name: str, value: Array) -> None:
    """Refuse NaN and infinite entries.

    Args:
        name: the argument's name, for the message.
        value: a floating-point array.
    """
    xp = array_namespace(value)
    bad = int(xp.sum(xp.astype(~xp.isfinite(value), xp.int64)))
    if bad:
        raise ValueError(
            f"{name} has {bad} NaN or infinite entries of {math.prod(value.shape)}; "
            "if a run made it, the run diverged: take a smaller step."
        )


def require_count(name: str, value: int, least: int = 1) -> int:
    """Refuse what is not a whole number of at least 1.

    Args:
        name: the argument's name, for the message.
        value: what was passed.
        least: the smallest number allowed, where that is not 1.
    """
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, but is {value!r}.")
    return int(value)


def require_times(times: Array) -> np.ndarray:
    """Refuse what is not a list of increasing times; the times as a NumPy array in float64.

    Args:
        times: what was passed, shape (T,).
    """
    require_float("times", times)
    times = as_numpy(times)
    if times.ndim != 1 or times.size == 0:
        raise ValueError(f"times must hold at least one time, shape (T,), but has shape {times.shape}.")
    require_finite("times", times)
    if (np.diff(times) <= 0).any():
        at = int(np.argmax(np.diff(times) <= 0))
        raise ValueError(
            f"times must increase, but times[{at}:{at + 2}] is {times[at : at + 2]}; use np.unique(times)."
        )
    return times


def require_rng(rng: np.random.Generator) -> None:
    """Refuse seeds and global state where a generator is wanted.

    Args:
        rng: what was passed.
    """
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy Generator, but is {rng!r}; use numpy.random.default_rng(seed).")


def as_numbers(name: str, values: Array | Sequence[float] | float) -> np.ndarray:
    """A number, a list or an array of numbers as a NumPy array in float64; refuses those that are not real.

    Booleans and text are refused as well, which NumPy would convert: True to 1 and "0.5" to 0.5.

    Args:
        name: the argument's name, for the message.
        values: what was passed.
    """
    if is_array_api_obj(values):
        array: Array = values
        real = array_namespace(array).isdtype(array.dtype, ("real floating", "integral"))
    else:
        entries = np.asarray(values, dtype=object).flat
        real = not any(isinstance(x, (bool, np.bool_, str, bytes, complex)) for x in entries)
    if not real:
        raise TypeError(
            f"{name} must be real numbers, but is {values!r}; where its entries are meant as such, pass "
            "np.asarray(..., dtype=np.float64)."
        )
    return np.asarray(as_numpy(values) if is_array_api_obj(values) else values, dtype=np.float64)


def as_numpy(value: Array) -> np.ndarray:
    """`value` as a NumPy array in float64, wherever it lies.

    Args:
        value: a NumPy array or a torch tensor.
    """
    return np.asarray(like(_FLOAT64, value))


def like(reference: Array, value: Array | None) -> Array:
    """`value` in the array kind, precision and place of `reference`; None stays None.

    Args:
        reference: the array to follow.
        value: array of another kind, or None.
    """
    if value is None:
        return None
    if is_numpy_array(reference) and is_torch_array(value):
        value = value.detach().cpu()  # NumPy reads neither a graph nor a GPU
        if not value.dtype.is_floating_point or value.dtype.itemsize < 4:
            value = value.double()  # nor bfloat16
    return array_namespace(reference).asarray(value, dtype=reference.dtype, device=device(reference))
