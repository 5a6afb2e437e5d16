"""Parts of pages from what is measured outside the build: breakages, mutants, speed.

Each is a table of what lies on this machine, or a word on the command that measures it.
"""

from html import escape


def sabotage_part(outcomes: list[dict] | None) -> str:
    """The breakages that were tried, and what noticed each of them."""
    if not outcomes:
        return (
            "The breakages have not been tried on this machine; `make sabotage` does it, in some minutes.\n"
        )
    noticed = sum(outcome["noticed"] for outcome in outcomes)
    rows = "\n".join(f"| {outcome['name']} | `{outcome['file']}` | {_by(outcome)} |" for outcome in outcomes)
    return (
        f"{noticed} of {len(outcomes)} breakages were noticed when they were last tried here.\n\n"
        f"| broken on purpose | in | noticed by |\n|---|---|---|\n{rows}\n"
    )


def _by(outcome: dict) -> str:
    if not outcome["noticed"]:
        return "**nothing**"
    caught = outcome["caught"]
    return f"the claims of chapter {int(caught[:2])}" if caught[:2].isdigit() else f"`{caught.split()[0]}`"


def mutation_part(score: dict | None) -> str:
    """The sample of mutants, its score with its uncertainty, and those that survived."""
    if not score:
        return "No sample has been tried; `make mutation` does it, in about an hour.\n"
    low, high = (100 * x for x in score["interval"])
    share, chance = 100 * score["killed"] / score["tried"], f"`make mutation SEED={score['seed']}`"
    text = (
        f"On {score['day']} {score['tried']} of {score['changes']} possible changes were tried, drawn by "
        f"chance ({chance}): the tests of the changed room noticed {score['killed']}, "
        f"{share:.0f} %. That is a sample: of all changes they would notice between {low:.0f} and "
        f"{high:.0f} %, with a confidence of 95 %. What went unnoticed:\n\n"
    )
    rows = "\n".join(
        f"| `{mutant['module'].removeprefix('lib/lowdim/')}:{mutant['line']}` "
        f"| <code>{_cell(mutant['diff'])}</code> | {_cell(mutant.get('why', ''))} |"
        for mutant in score["survived"]
    )
    return text + f"| where | change | why nobody need notice, or what was done |\n|---|---|---|\n{rows}\n"


def _cell(text: str) -> str:
    return (
        escape(text).replace("|", "&#124;").replace("$", "&#36;").replace("*", "&#42;").replace("_", "&#95;")
    )


def performance_part(bench: dict | None) -> str:
    """What `make bench` measured, file by file."""
    if not bench:
        return "Nothing has been timed on this machine; `make bench` does it, in some minutes.\n"
    parts = [f"Measured with {bench['machine']}, one thread; the median of {bench['rounds']} rounds.\n"]
    for name, part in bench["parts"].items():
        rows = "\n".join(f"| {_cell(row[0])} | {row[1]} | {row[2]} |" for row in part["rows"])
        notes = "".join(f"\n{_cell(line.strip())}.\n" for line in part["notes"])
        parts.append(
            f"\n## {name.replace('_', ' ').capitalize()}\n{notes}\n"
            f"| case | time | compared |\n|---|---|---|\n{rows}\n"
        )
    return "\n".join(parts)
