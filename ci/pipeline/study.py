"""Run a study, a grid too large for a chapter: ``make study NAME=gated-seeds``.

Finished runs are kept in ``_build/studies/cache``, under the content of the library's code and of their
arguments: a study that was stopped goes on where it was. The table is ``_build/studies/NAME.csv``.
"""

import argparse
import ast
import inspect
import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path

from ci import paths


def main(arguments: list[str]) -> int:
    """Run the study that is named; without a name, list them."""
    parser = argparse.ArgumentParser(prog="make study", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("name", nargs="?", default="", help="which one; none lists them")
    parser.add_argument("--processes", type=int, help="local processes; by default one for each core")
    parser.add_argument("--scheduler", help="address of a Dask scheduler, such as tcp://10.0.0.7:8786")
    parser.add_argument("--params", default="", help='for all runs, such as "device=cuda steps=9000"')
    given = parser.parse_args([word for word in arguments if word])
    if given.processes and given.scheduler:
        parser.error("PROCESSES and SCHEDULER exclude each other: the scheduler's workers do the runs")
    from lowdim.experiments import STUDIES

    if given.name not in STUDIES:
        print(listing(given.name, STUDIES), file=sys.stderr)
        return 2 if given.name else 0
    plan = STUDIES[given.name]
    try:
        plan = replace(plan, grid=changed(plan, given.params))
    except ValueError as error:
        parser.error(str(error))
    try:
        run(given.name, plan, given.processes, given.scheduler, paths.BUILD / "studies")
    except KeyboardInterrupt:
        print("\ninterrupted; finished runs are kept, the same command goes on from here", file=sys.stderr)
        return 130
    except TimeoutError:
        print(f"no worker answers at the scheduler {given.scheduler}", file=sys.stderr)
        return 1
    return 0


def changed(plan, text: str):
    """The grid of a plan with some arguments of its runs set, from text like ``device=cuda seed=[0, 1]``.

    Raises:
        ValueError: a name that the run does not take, or no value.
    """
    known, given = inspect.signature(plan.run).parameters, {}
    for word in re.split(r"\s+(?=\w+=)", text.strip()) if text.strip() else []:
        name, _, value = word.partition("=")
        if name not in known or not value:
            raise ValueError(f"PARAMS={text!r}: this study's runs take {', '.join(known)}, as name=value")
        try:
            given[name] = ast.literal_eval(value)
        except (SyntaxError, ValueError):
            given[name] = value  # a word needs no quotes
    parts = plan.grid if isinstance(plan.grid, list) else [plan.grid]
    return [{**part, **given} for part in parts]


def run(name, plan, processes, scheduler, folder: Path) -> Path:
    """Run one study; the path of its table."""
    from lowdim.experiments import sweep

    grid = plan.grid
    if plan.resumable and not scheduler:  # another machine does not see this folder
        parts = grid if isinstance(grid, list) else [grid]
        grid = [{**part, "checkpoints": str(folder / "checkpoints" / name)} for part in parts]
    print(f"{name}: {plan.question}", file=sys.stderr)
    table = sweep(plan.run, grid, processes, scheduler, cache=folder / "cache", progress=None)
    path = folder / f"{name}.csv"
    table.drop(columns="checkpoints", errors="ignore").to_csv(path, index=False)
    print(summary(table, plan))
    print(f"{len(table)} runs, {(table.error != '').sum()} failed: {paths.shown(path)}", file=sys.stderr)
    if (table.error == "").all():
        shutil.rmtree(folder / "checkpoints" / name, ignore_errors=True)
    return path


def summary(table, plan) -> str:
    """Medians and largest values of the rows that went well, group by group."""
    good = table[table.error == ""]
    if good.empty:
        return f"no run went well: {table.error.iloc[0]}"
    groups = good.groupby(plan.by)
    shown = groups[plan.shown].agg(["median", "max"])
    shown.columns = [" ".join(column) for column in shown.columns]
    shown.insert(0, "runs", groups.size())
    return shown.to_string(float_format=lambda x: f"{x:.3g}")


def listing(name: str, studies) -> str:
    """What there is."""
    rows = [f"  {key:<20} {plan.question}" for key, plan in studies.items()]
    head = f"no study is called {name!r}; there are:" if name else "make study NAME=... runs one of these:"
    return "\n".join([head, *rows])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
