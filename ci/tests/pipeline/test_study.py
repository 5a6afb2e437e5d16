"""Studies: tables, what is kept, a real cluster."""

import pandas as pd
import pytest
from helpers import cluster

from ci.pipeline import study
from lowdim import experiments
from lowdim.experiments import STUDIES, Plan
from lowdim.experiments.gated_study import gated_run
from lowdim.experiments.runs import flow_run

SMALL = Plan(
    "Does it train?",
    flow_run,
    {"seed": range(3), "d": 4, "std": 0.01, "d_hat": 1, "k": [2, 3], "t_end": 1e4, "horizon": 20},
    ["k"],
    ["loss", "extrapolation_error"],
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of the studies, and one small study among them."""
    monkeypatch.setattr(study.paths, "BUILD", tmp_path)
    monkeypatch.setitem(experiments.STUDIES, "small", SMALL)
    return tmp_path / "studies"


def test_a_study_leaves_a_table_and_goes_on_from_what_it_finished(folder, capsys):
    assert study.main(["small", "--processes", "2"]) == 0
    told = capsys.readouterr()
    assert "6 runs, 0 failed" in told.err
    assert "extrapolation_error" in told.out
    table = pd.read_csv(folder / "small.csv")
    assert table.extrapolation_error.max() < 1e-3
    stamps = {path: path.stat().st_mtime_ns for path in (folder / "cache").iterdir()}
    assert len(stamps) == 6
    next(iter(stamps)).unlink()
    assert study.main(["small"]) == 0
    pd.testing.assert_frame_equal(pd.read_csv(folder / "small.csv"), table)
    kept = [path for path in stamps if path.stat().st_mtime_ns == stamps[path]]
    assert len(kept) == 5


def test_a_cluster_of_two_workers_gives_the_same_table(folder, tmp_path):
    assert study.main(["small", "--processes", "2"]) == 0
    alone = pd.read_csv(folder / "small.csv")
    for entry in (folder / "cache").iterdir():
        entry.unlink()
    with cluster(tmp_path) as address:
        assert study.main(["small", "--scheduler", address]) == 0
    pd.testing.assert_frame_equal(pd.read_csv(folder / "small.csv"), alone, rtol=1e-6)
    assert len(list((folder / "cache").iterdir())) == 6


def test_a_resumable_study_keeps_checkpoints_until_it_is_done(folder, monkeypatch):
    grid = {"seed": 0, "k": 3, "std": 0.1, "steps": 60, "units": 4, "teacher_units": 2, "horizon": 300}

    plan = Plan("?", gated_run, grid, ["k"], resumable=True)
    monkeypatch.setitem(experiments.STUDIES, "gated", plan)
    assert study.main(["gated", "--processes", "1"]) == 0
    assert not (folder / "checkpoints" / "gated").exists()
    assert "checkpoints" not in pd.read_csv(folder / "gated.csv")


def test_without_a_known_name_the_studies_are_listed(folder, capsys):
    assert study.main([]) == 0
    told = capsys.readouterr().err
    assert all(name in told for name in STUDIES)
    assert study.main(["smal"]) == 2
    assert "no study is called 'smal'; there are:" in capsys.readouterr().err


def test_parameters_change_what_the_runs_are_called_with(folder, capsys):
    assert study.main(["small", "--processes", "1", "--params", "d=3 k=[2] seed=[7]"]) == 0
    table = pd.read_csv(folder / "small.csv")
    assert (table.d.item(), table.k.item(), table.seed.item()) == (3, 2, 7)
    for wrong in ("width=3", "d="):
        with pytest.raises(SystemExit):
            study.main(["small", "--params", wrong])
        assert "this study's runs take seed, std, k, d" in capsys.readouterr().err


def test_processes_and_scheduler_exclude_each_other(folder, capsys):
    with pytest.raises(SystemExit) as end:
        study.main(["small", "--processes", "2", "--scheduler", "tcp://127.0.0.1:1"])
    assert end.value.code == 2
    assert "exclude each other" in capsys.readouterr().err


@pytest.mark.parametrize("name", STUDIES)
def test_the_first_point_of_every_study_is_one_its_run_takes(name):
    import inspect

    plan = STUDIES[name]
    for part in plan.grid if isinstance(plan.grid, list) else [plan.grid]:
        inspect.signature(plan.run).bind(**part)
    assert plan.question
