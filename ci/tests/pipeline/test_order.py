"""The chapters that take longest are executed first."""

from pathlib import Path

from ci import paths
from ci.pipeline import order
from ci.pipeline.execute import Execution, save_times


def test_the_chapters_that_took_longest_begin_first(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "TIMES", tmp_path)
    sources = [Path(f"{name}.md") for name in ("01_a", "02_b", "03_c", *order.LONG)]
    assert [source.stem for source in order.longest_first(sources)][: len(order.LONG)] == list(order.LONG)
    for name, seconds in {"01_a": 3.0, "02_b": 20.0, "03_c": 7.0, **dict.fromkeys(order.LONG, 1.0)}.items():
        save_times(Execution(name, 4, seconds), tmp_path / f"{name}.json")
    (tmp_path / "03_c.json").write_text("{", encoding="utf-8")
    assert [source.stem for source in order.longest_first(sources)][:2] == ["02_b", "01_a"]


def test_every_chapter_that_begins_first_is_there():
    assert set(order.LONG) <= {source.stem for source in paths.sources()}
