"""Training gated networks: the same twice, with copies that stop, killed half-way, watched."""

import functools
import io
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from lowdim import gated
from lowdim.gated import checkpoint as files
from lowdim.gated.construct import stream
from lowdim.gated.training import OPTIMIZERS

F64 = torch.float64


def test_two_runs_give_the_same_bits_and_the_same_seed_the_same_data():
    start, teachers = gated.student(8, 0.2, [0, 0]), gated.teacher(2, [0])
    runs = [gated.train(start, teachers, 6, 70, [0, 0], sequences=8) for _ in range(2)]
    for one, other in zip(*(run.network.parameters() for run in runs), strict=True):
        assert torch.equal(one, other)
    assert np.array_equal(runs[0].loss, runs[1].loss)
    assert runs[0].loss[:, 0] == pytest.approx(runs[0].loss[:, 1], rel=1e-4)  # one student, twice, in float32
    assert runs[0].loss.shape == (2, 2)
    assert runs[0].outcome == ("finished", "finished")


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_copies_that_arrive_or_diverge_leave_the_others_alone(optimizer):
    seeds, teachers = [0, 1, 2, 3], gated.teacher(3, [0, 1, 2, 3], dtype=F64)
    start = gated.student(3, 0.3, seeds, dtype=F64)
    with torch.no_grad():
        for weights, wanted in zip(start.parameters(), teachers.parameters(), strict=True):
            weights[1] = wanted[1]  # has arrived before it starts
        start.readout[2] *= 1e200  # its loss overflows
    settings = {"k": 4, "steps": 120, "optimizer": optimizer, "rate": 1e-3, "decay": "none", "target": 1e-3}
    run = gated.train(start, teachers, seeds=seeds, **settings)
    assert run.outcome == ("unreached", "reached", "diverged", "unreached")
    assert run.steps.tolist() == [120, 50, 50, 120]
    assert run.loss[0, 1] <= 1e-3
    assert np.isinf(run.loss[0, 2]) or np.isnan(run.loss[0, 2])
    assert np.isnan(run.loss[1:, 1:3]).all()
    assert np.isfinite(run.loss[:, [0, 3]]).all()
    assert torch.equal(run.network.readout[2], start.readout[2])  # as before the chunk in which it diverged
    rest = gated.train(start.select([0, 3]), teachers.select([0, 3]), seeds=[0, 3], **settings).network
    torch.testing.assert_close(run.network.recurrent[[0, 3]], rest.recurrent, rtol=1e-9, atol=1e-12)


def test_each_copy_can_have_a_target_of_its_own():
    start, teachers = gated.student(4, 0.2, [0, 1]), gated.teacher(2, [0, 1])
    run = gated.train(start, teachers, 4, 100, [0, 1], target=[1e-9, 1e9])
    assert run.outcome == ("unreached", "reached")
    assert run.steps.tolist() == [100, 50]


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_sequences_that_are_carried_over_are_one_long_sequence(cell):
    k, sequences, steps, seeds = 3, 4, 100, [5, 6]
    start = gated.student(4, 0.5, seeds, cell, dtype=F64)
    teachers = gated.teacher(2, seeds, cell=cell, dtype=F64)
    settings = {"sequences": sequences, "optimizer": "sgd", "rate": 1e-300, "decay": "none"}  # nothing moves
    run = gated.train(start, teachers, k, steps, seeds, carried=0.5, **settings)
    drawn = np.stack(
        [[stream(seed, 2, i).standard_normal((50, sequences, k)) for i in range(2)] for seed in seeds]
    )
    inputs = torch.from_numpy(drawn).flatten(1, 2)  # (copies, steps, sequences, k)
    long = inputs[:, :, :2].transpose(1, 2).flatten(2)  # (copies, 2, steps k)
    short = inputs[:, :, 2:].flatten(1, 2)
    errors = [(start(x)[0] - teachers(x)[0]).square().detach() for x in (long, short)]
    for chunk in range(2):
        of_long = errors[0][..., 50 * k * chunk : 50 * k * (chunk + 1)].mean((1, 2))
        of_short = errors[1][:, 100 * chunk : 100 * (chunk + 1)].mean((1, 2))
        np.testing.assert_allclose(run.loss[chunk], (of_long + of_short) / 2, rtol=1e-12)


def test_students_learn():
    teachers, seeds = gated.teacher(2, [0, 1]), [0, 1]
    start = gated.student(12, 0.1, seeds)
    run = gated.train(start, teachers, 6, 400, seeds, sequences=16)
    before, after = (gated.normalized_error(s, teachers, [6], window=6) for s in (start, run.network))
    assert before.min() > 0.8
    assert after.max() < 0.1


KILLED = """
import sys
from lowdim import gated
from lowdim.gated import checkpoint as files
from lowdim.gated.training import OPTIMIZERS

start, teachers = gated.student(4, 0.2, [0, 1]), gated.teacher(2, [0, 1])
gated.train(start, teachers, 5, {steps}, [0, 1], carried=0.25, checkpoint=sys.argv[1])
"""


def steps_in(file):
    """The steps taken by the run whose checkpoint this is."""
    return torch.load(io.BytesIO(file.read_bytes().partition(b"\n")[2]))["step"]


def test_a_killed_training_ends_with_the_bits_of_one_left_alone(tmp_path):
    steps, file = 350, tmp_path / "new" / "run.pt"
    threads = {"OMP_NUM_THREADS": str(torch.get_num_threads())}
    paths = {"PYTHONPATH": os.pathsep.join(sys.path)}
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED.format(steps=steps), str(file)], env={**os.environ, **threads, **paths}
    )
    while not (file.exists() and steps_in(file) >= 100):
        assert child.poll() is None, "ended before it could be killed"
        time.sleep(0.01)
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    reached = steps_in(file)
    assert 100 <= reached < steps

    start, teachers = gated.student(4, 0.2, [0, 1]), gated.teacher(2, [0, 1])
    resumed = gated.train(start, teachers, 5, steps, [0, 1], carried=0.25, checkpoint=file)
    whole = gated.train(start, teachers, 5, steps, [0, 1], carried=0.25)
    for one, other in zip(resumed.network.parameters(), whole.network.parameters(), strict=True):
        assert torch.equal(one, other)
    assert np.array_equal(resumed.loss, whole.loss)
    assert [path.name for path in file.parent.iterdir() if path.suffix == ".pt"] == ["run.pt"]

    written = file.stat().st_mtime_ns
    again = gated.train(start, teachers, 5, steps, [0, 1], carried=0.25, checkpoint=file)
    assert file.stat().st_mtime_ns == written  # nothing was left to do
    assert torch.equal(again.network.readout, whole.network.readout)
    with pytest.raises(ValueError, match=r"belongs to a run with other arguments"):
        gated.train(start, teachers, 5, steps, [0, 1], carried=0.5, checkpoint=file)


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("stream_", "progress"), [(Terminal(), True), (Terminal(), False), (io.StringIO(), True)]
)
def test_progress_is_drawn_on_a_terminal_that_wants_it(stream_, progress, monkeypatch):
    monkeypatch.setattr(sys, "stderr", stream_)
    gated.train(gated.student(2, 0.1, [0]), gated.teacher(2, [0]), 3, 60, [0], progress=progress)
    assert ("60/60" in stream_.getvalue()) == (stream_.isatty() and progress)


S, T = gated.student(3, 0.1, [0, 1]), gated.teacher(2, [0, 1])
WRONG = {
    "2 students, 1 seeds and 2 teachers": lambda: gated.train(S, T, 3, 5, [0]),
    "2 students, 2 seeds and 3 teachers": lambda: gated.train(S, T.select([0, 0, 1]), 3, 5, [0, 1]),
    "convert with teacher.to": lambda: gated.train(S, gated.teacher(2, [0, 1], dtype=F64), 3, 5, [0, 1]),
    "rate must be positive": lambda: gated.train(S, T, 3, 5, [0, 1], rate=0.0),
    "target must be a positive loss": lambda: gated.train(S, T, 3, 5, [0, 1], target=0.0),
    "one for each of the 2 students": lambda: gated.train(S, T, 3, 5, [0, 1], target=[0.1]),
    "carried must be a share": lambda: gated.train(S, T, 3, 5, [0, 1], carried=2.0),
    "carried must be 0 where": lambda: gated.train(S, gated.Drift(T, 3), 3, 5, [0, 1], carried=0.5),
    "outputs must be one of 'every', 'last'": lambda: gated.train(S, T, 3, 5, [0, 1], outputs="first"),
    "optimizer must be one of": lambda: gated.train(S, T, 3, 5, [0, 1], optimizer="lion"),
    "decay must be one of": lambda: gated.train(S, T, 3, 5, [0, 1], decay="linear"),
    "k must be a whole number": lambda: gated.train(S, T, 0, 5, [0, 1]),
}


@pytest.mark.parametrize("message", WRONG)
def test_what_cannot_be_right_is_refused(message, plain):
    with pytest.raises(ValueError, match=message):
        WRONG[message]()


@pytest.fixture
def checkpointed(tmp_path):
    """A short training that writes a checkpoint: the call, and the file."""
    start, teacher = gated.student(4, 0.2, [0]), gated.teacher(2, [0])

    def go(name="run.pt"):
        return gated.train(start, teacher, 5, 50, [0], sequences=4, checkpoint=tmp_path / name)

    return go, tmp_path / "run.pt"


@pytest.mark.parametrize("damage", ["bit", "cut", "empty"])
def test_a_damaged_checkpoint_is_not_believed(checkpointed, damage):
    go, file = checkpointed
    whole, content = go(), file.read_bytes()
    at = content.find(whole.network.readout.detach().numpy().tobytes())
    flipped = content[:at] + bytes([content[at] ^ 0x40]) + content[at + 1 :]
    file.write_bytes({"bit": flipped, "cut": content[: len(content) // 2], "empty": b""}[damage])
    with pytest.warns(UserWarning, match=r"checkpoint .*run\.pt is damaged; the training begins anew"):
        again = go()
    assert torch.equal(again.network.readout, whole.network.readout)
    assert file.read_bytes() == content


def test_a_checkpoint_of_other_code_is_refused(checkpointed, monkeypatch):
    go, _ = checkpointed
    go()
    other = functools.partial(torch.optim.Adam, betas=(0.9, 0.999), fused=True)
    monkeypatch.setitem(OPTIMIZERS, "adam", other)
    with pytest.raises(ValueError, match="other arguments, seeds, weights or code"):
        go()


def test_the_code_of_the_room_is_in_the_fingerprint(monkeypatch, tmp_path):
    copy = tmp_path / "gated"
    shutil.copytree(Path(files.__file__).parent, copy)
    before = files.fingerprint(k=3)
    monkeypatch.setattr(gated.checkpoint, "__file__", str(copy / "checkpoint.py"))
    assert files.fingerprint(k=3) == before
    (copy / "training.py").write_text("# edited")
    assert files.fingerprint(k=3) != before


def test_two_runs_do_not_share_a_checkpoint(checkpointed):
    go, file = checkpointed
    with files.held(file), pytest.raises(ValueError, match="in use by another run"):
        go()
    go()  # free again
