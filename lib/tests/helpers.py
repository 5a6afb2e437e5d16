"""What several tests make use of."""

import json
import math
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from flint import arb, arb_mat, ctx
from hypothesis import strategies as st

import lowdim
from lowdim.systems.linear import LinearRNN
from lowdim.systems.students import random_student


def student(structure="symmetric", d=4, std=0.3, seed=0, balanced=False, batch=()):
    """A random student of a structure."""
    rnn = random_student(d, std, np.random.default_rng(seed), structure, batch)
    return LinearRNN(rnn.A, rnn.B, rnn.B.copy()) if balanced else rnn


def assert_same(ours, theirs, atol=0.0):
    """Two systems have the same A, B and C, each entry up to so much."""
    for name in "ABC":
        np.testing.assert_allclose(
            getattr(ours, name), getattr(theirs, name), rtol=0, atol=atol, err_msg=name
        )


def spread(rng, d, gap=0.15):
    """A balanced teacher whose poles are at least `gap` apart in [-1, 1], weights between 0.1 and 1."""
    free = 2 - gap * (d - 1)
    poles = -1 + np.sort(rng.uniform(0, free, d)) + gap * np.arange(d)
    return poles, rng.uniform(0.1, 1, d)


def teachers(d_max=4, gap=0.15):
    """Poles and weights of such teachers, for hypothesis."""

    def draw(seed, d):
        return spread(np.random.default_rng(seed), d, gap)

    return st.builds(draw, st.integers(0, 2**32 - 1), st.integers(1, d_max))


def exact_errors(student, truth, horizon):
    """|m_q - m̂_q| as balls of 512 bits, by C A^q where the certificate uses A^q B."""
    with ctx.workprec(512):
        found = []
        for rnn in (student, truth):
            d = rnn.dim
            A, row = arb_mat(d, d, rnn.A.ravel().tolist()), arb_mat(1, d, rnn.C.tolist())
            column, out = arb_mat(d, 1, rnn.B.tolist()), []
            for _ in range(horizon):
                out.append((row * column)[0, 0])
                row = row * A
            found.append(out)
        return [abs(m - t) for m, t in zip(*found, strict=True)]


def violations(bound, errors):
    """Lags at which the bound is not proven to be at least the error; equality is allowed."""
    with ctx.workprec(512):
        return [
            q for q, (b, e) in enumerate(zip(bound, errors, strict=True)) if b < math.inf and not arb(b) >= e
        ]


@contextmanager
def cluster(folder: Path, *modules: Path, allowed_failures: int = 3):
    """The address of a Dask scheduler with two workers, all processes of their own on loopback.

    The workers find this library and the modules in the folders named.
    """
    children, found = [], folder / "scheduler.json"
    where = os.pathsep.join(map(str, [Path(lowdim.__file__).parent.parent, *modules]))
    env = {
        **os.environ,
        "PYTHONPATH": where,
        "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": str(allowed_failures),
    }

    def launch(program, *options):
        command = [sys.executable, "-m", f"distributed.cli.{program}", "--scheduler-file", str(found)]
        command += ["--host", "127.0.0.1", "--no-dashboard", *options]
        with (folder / f"{program}.log").open("a") as log:
            children.append(subprocess.Popen(command, env=env, stdout=log, stderr=log))

    try:
        launch("dask_scheduler", "--port", "0")
        for _ in range(600):
            if found.exists():
                break
            time.sleep(0.1)
        for _ in range(2):
            launch("dask_worker", "--no-nanny", "--nthreads", "1", "--local-directory", str(folder))
        yield json.loads(found.read_text())["address"]
    finally:
        for child in reversed(children):
            child.kill()
            child.wait()
