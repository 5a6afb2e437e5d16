"""Speed beside the CPU, and agreement with it: ``python -m ci.benchmarks.layers_on_device cuda``.

The same students are trained in both places. Where they are few enough for the CPU their responses are
compared; if they differ by more than rounding lets them, the exit status is 1. It needs NumPy, PyTorch,
array-api-compat, jaxtyping, lazy-loader and tqdm, and the library itself, installed or on ``PYTHONPATH``.
"""

import argparse
import sys
import time

import numpy as np
import torch

from lowdim import ssm

STATES, HORIZON, STEPS, RATE = 32, 256, 200, 0.003
AGREE = 1e-6  # float64 rounding, grown over the steps of Adam
STARTS = {"LRU": ssm.lru, "S4D-Lin": ssm.s4d_lin, "dense": ssm.dense}


def train(name: str, students: int, k: int, device: str) -> tuple[float, torch.Tensor]:
    """Student-steps per second, and the responses after all steps."""
    layer = STARTS[name](STATES, np.random.default_rng(0), (students,))
    poles = np.random.default_rng(1).uniform(0.5, 0.95, (students, 1))
    target = poles ** np.arange(k)
    ssm.train(layer, target, 2, rate=RATE, device=device, progress=False)  # warms up
    synchronize(device)
    started = time.perf_counter()
    run = ssm.train(layer, target, STEPS, rate=RATE, device=device, progress=False)
    synchronize(device)
    return run.student_steps / (time.perf_counter() - started), ssm.responses(run.final, HORIZON)


def synchronize(device: str) -> None:
    """Wait for what the device still computes."""
    if torch.device(device).type == "cuda":
        torch.cuda.synchronize()


def main(arguments: list[str]) -> int:
    """Print a line for each family and number of students; 1 if a device disagrees with the CPU."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("device", nargs="?", default="cuda")
    parser.add_argument("--k", type=int, default=64)
    parser.add_argument("--both", type=int, nargs="*", default=[100, 1000], help="students, in both places")
    parser.add_argument("--alone", type=int, nargs="*", default=[10_000, 100_000], help="on the device only")
    given = parser.parse_args(arguments)
    cuda = torch.device(given.device).type == "cuda"
    card = torch.cuda.get_device_name() if cuda else given.device
    print(f"{STATES} states, {given.k} lags, {STEPS} steps of Adam, float64; PyTorch {torch.__version__},")
    print(f"{torch.get_num_threads()} CPU threads against {card}")
    print(f"{'family':8} {'students':>8} {'CPU /s':>10} {'device /s':>10} {'ratio':>6} {'differ by':>10}")
    worst = 0.0
    for name in STARTS:
        for students in [*given.both, *given.alone]:
            fast, there = train(name, students, given.k, given.device)
            line = f"{name:8} {students:8} {{}} {fast:10.3g} {{}}"
            if students in given.both:
                slow, here = train(name, students, given.k, "cpu")
                gap = float((here - there).abs().max())
                worst = max(worst, gap)
                print(line.format(f"{slow:10.3g}", f"{fast / slow:6.1f} {gap:10.1e}"), flush=True)
            else:
                print(line.format(f"{'-':>10}", f"{'-':>6} {'-':>10}"), flush=True)
    agree = worst <= AGREE
    word = "agree" if agree else "DISAGREE"
    print(f"CPU and device {word}: responses up to lag {HORIZON} differ by at most {worst:.1e}")
    return int(not agree)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
