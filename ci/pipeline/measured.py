"""Parts of pages from what is measured outside the build: breakages, mutants, speed.

Each is a table of what lies on this machine, or a word on the command that measures it.
"""

from html import escape


def sabotage_part(outcomes: list[dict] | None, listed: list[dict]) -> str:
    """The breakages that were tried, and what noticed each of them; or those listed, and what must."""
    if outcomes:
        noticed = sum(outcome["noticed"] for outcome in outcomes)
        head = f"{noticed} of {len(outcomes)} breakages were noticed when they were last tried here."
        verb = "noticed by"
    else:
        head = (
            f"There are {len(listed)}. They have not been tried on this machine; "
            "`make sabotage` does it, in some minutes."
        )
        verb = "must be noticed by"
    rows = "\n".join(
        f"| {_cell(entry['name'])} | `{entry['file']}` | {_by(entry)} |" for entry in outcomes or listed
    )
    return f"{head}\n\n| broken on purpose | in | {verb} |\n|---|---|---|\n{rows}\n"


def _by(entry: dict) -> str:
    if not entry.get("noticed", True):
        return "**nothing**"
    caught = entry["caught"]
    return f"the claims of chapter {int(caught[:2])}" if caught[:2].isdigit() else f"`{caught.split()[0]}`"


def mutation_part(score: dict | None) -> str:
    """The sample of mutants, its score with its uncertainty, and those that survived."""
    if not score:
        return (
            "This copy of the book was built where no other sample lay, so it lists none of its own; "
            "`make mutation` tries one, in about an hour, and the next build shows it here.\n"
        )
    low, high = (100 * x for x in score["interval"])
    share, chance = 100 * score["killed"] / score["tried"], f"`make mutation SEED={score['seed']}`"
    text = (
        f"On {score['day']} {score['tried']} of {score['changes']} possible changes were tried, drawn by "
        f"chance ({chance}): the tests of the changed room noticed {score['killed']}, "
        f"{share:.0f}\N{NO-BREAK SPACE}%. That is a sample: of all changes they would notice between "
        f"{low:.0f} and {high:.0f}\N{NO-BREAK SPACE}%, with a confidence of 95\N{NO-BREAK SPACE}%. "
        "What went unnoticed:\n\n"
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
        return (
            "This copy of the book was built where nothing had been timed, so there is no table yet. "
            "`make bench` times the library, in some minutes, and the next `make book` puts the times here.\n"
        )
    parts = [f"Measured with {bench['machine']}, one thread; the median of {bench['rounds']} rounds.\n"]
    for name, part in bench["parts"].items():
        rows = "\n".join(f"| {_cell(row[0])} | {row[1]} | {row[2]} |" for row in part["rows"])
        notes = "".join(f"\n{_cell(line.strip())}.\n" for line in part["notes"])
        parts.append(
            f"\n## {name.replace('_', ' ').capitalize()}\n{notes}\n"
            f"| case | time | compared |\n|---|---|---|\n{rows}\n"
        )
    return "\n".join(parts)
