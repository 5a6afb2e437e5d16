"""Throughput of training GRU students, many seeds in one batch against `torch.nn.GRU` seed by seed.

Every case takes 20 Adam steps with fresh data for each of its seeds: 50 units, 16 sequences of length 16.
"""

import torch

from ci.benchmarks.bench import Case
from lowdim import gated

UNITS, LENGTH, SEQUENCES, STEPS = 50, 16, 16, 20


def batched(seeds: int) -> Case:
    """All seeds at once."""
    start, teachers = gated.student(UNITS, 0.1, range(seeds)), gated.teacher(4, range(seeds))

    def run() -> None:
        gated.train(start, teachers, LENGTH, STEPS, range(seeds), sequences=SEQUENCES, progress=False)

    return Case(f"{seeds} seeds in one batch", run, against=f"{seeds} times torch.nn.GRU")


def one_by_one(seeds: int) -> Case:
    """The same work with PyTorch's own module, one seed after another."""

    def run() -> None:
        for seed in range(seeds):
            torch.manual_seed(seed)
            teacher, student = torch.nn.GRU(1, 4, batch_first=True), torch.nn.GRU(1, UNITS, batch_first=True)
            says, answers = torch.nn.Linear(4, 1), torch.nn.Linear(UNITS, 1)
            optimizer = torch.optim.Adam([*student.parameters(), *answers.parameters()], fused=True)
            for _ in range(STEPS):
                inputs = torch.randn(SEQUENCES, LENGTH, 1)
                with torch.no_grad():
                    wanted = says(teacher(inputs)[0])
                optimizer.zero_grad()
                torch.nn.functional.mse_loss(answers(student(inputs)[0]), wanted).backward()
                optimizer.step()

    return Case(f"{seeds} times torch.nn.GRU", run)


def cases() -> list[Case]:
    """What `make bench` times."""
    return [one_by_one(5), batched(5), one_by_one(20), batched(20)]
