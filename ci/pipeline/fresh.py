"""Examine every law on draws that nobody has looked at: ``make fresh SEED=7``.

The short form (few draws, the seed of the week) is part of ``make test``. The Claims page shows what came of
the last examination, from ``_build/fresh.json``.
"""

import argparse
import datetime
import json
import os
import sys
import time

from ci import paths
from ci.pipeline.execute import ENVIRONMENT


def main(arguments: list[str]) -> int:
    """Examine the laws; 1 if one holds on fewer draws than it claims."""
    parser = argparse.ArgumentParser(prog="make fresh", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, help="of the draws; by default that of the week")
    parser.add_argument("--short", action="store_true", help="few draws")
    parser.add_argument("--name", default="", help="one law only")
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args(arguments)
    seed = week() if given.seed is None else given.seed
    if seed < 0:
        parser.error(f"SEED must be a whole number of at least 0, but is {seed}")
    os.environ.update(ENVIRONMENT)
    claims = laws()
    if given.name and given.name not in claims:
        parser.error(f"no law is called {given.name!r}; there are: {', '.join(claims)}")
    wanted = {given.name: claims[given.name]} if given.name else claims
    results = examine(wanted, seed, given.short, given.processes)
    if not given.name:
        save(results, seed, given.short)
    failed = [id for id, row in results.items() if not row["holds"]]
    print(f"{len(results) - len(failed)} of {len(results)} laws hold on fresh draws, seed {seed}")
    return int(bool(failed))


def week() -> int:
    """A seed that changes from week to week: year and week, such as 202648."""
    year, number, _ = datetime.datetime.now(tz=datetime.UTC).isocalendar()
    return 100 * year + number


def laws() -> dict:
    """The claims that are laws, by id, in the order of the book."""
    from lowdim.ledger.claims import read_claims

    return {claim.id: claim for claim in read_claims(paths.CLAIMS) if claim.kind == "law"}


def examine(claims: dict, seed: int, short: bool, processes: int) -> dict[str, dict]:
    """Held and tried for each law, told as they come."""
    from lowdim.experiments.laws import LAWS, draws

    results = {}
    print(f"Fresh draws, seed {seed}{' (short)' if short else ''}", flush=True)
    for id, claim in claims.items():
        started = time.monotonic()
        count = LAWS[id].short if short else LAWS[id].full
        values = draws(id, seed, range(count), processes if count > 3 else 1)
        passed = [claim.test.passes(x) for x in values.tolist()]
        held, seconds = sum(passed), time.monotonic() - started
        results[id] = {"held": held, "tried": count, "holds": held >= claim.share * count}
        word = "holds" if results[id]["holds"] else "FAILS"
        told = f"{held:4} of {count:<4} (claims {claim.share:.0%}) {seconds:6.1f} s"
        print(f"  {word}  {id:<28} {told}", flush=True)
        for i, x in enumerate(values):
            if not passed[i]:
                print(f"         draw {i}: {x:.4g} is not {claim.test.text}", flush=True)
    return results


def save(results: dict[str, dict], seed: int, short: bool) -> None:
    """Keep what came of it for the Claims page."""
    paths.BUILD.mkdir(exist_ok=True)
    part = paths.FRESH.with_suffix(".part")
    part.write_text(json.dumps({"seed": seed, "short": short, "laws": results}) + "\n", encoding="utf-8")
    part.replace(paths.FRESH)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
