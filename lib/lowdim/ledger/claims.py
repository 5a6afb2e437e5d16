"""Reading ``book/claims.yml``: what the book claims, and the test that decides each claim."""

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FIELDS = ("id", "chapter", "kind", "claim", "quantity", "test", "control")
LAW_FIELDS = ("drawn", "share")
# What a claim ranges over, and what its row says of it.
KINDS = {
    "theorem": "theorem check",  # code against a proof: it can fail by a bug only
    "example": "example",  # of what the sentence names, and of nothing else
    "law": "law",  # of draws from a stated distribution, tried again on draws that nobody has seen
}
FORMS = "below: x | above: x | between: [low, high] | order: {expected: x, within: y}"


@dataclass(frozen=True)
class Criterion:
    """The test of a claim: low < x < high, or low <= x <= high if closed; text says it in words.

    Only finite numbers pass: NaN never does, and a control that diverges has failed as it must.
    """

    low: float
    high: float
    closed: bool
    text: str

    def passes(self, x: float) -> bool:
        """Whether one measured number passes.

        Args:
            x: the number.
        """
        inside = self.low <= x <= self.high if self.closed else self.low < x < self.high
        return inside and math.isfinite(x)


@dataclass(frozen=True)
class Claim:
    """One entry of ``claims.yml``.

    The chapter makes the claim, a sentence with its own id; the quantity is what is measured to decide it,
    the test is what every value must pass, and the control says where the same measurement must fail.  The
    kind says what the claim ranges over: "theorem" (a check of code against a proof), "example" (of what the
    sentence names) or "law", which says what is drawn, and the share of draws that must pass.
    """

    id: str
    chapter: str
    claim: str
    quantity: str
    test: Criterion
    control: str
    kind: str = "example"
    drawn: str = ""
    share: float = 1.0


def claims_path() -> Path:
    """The ``claims.yml`` in force: what LOWDIM_CLAIMS names, or else the nearest ``book/claims.yml`` above.

    Raises:
        FileNotFoundError: if neither leads to a file.
    """
    here = Path.cwd()
    if named := os.environ.get("LOWDIM_CLAIMS"):
        if Path(named).is_file():
            return Path(named)
        raise FileNotFoundError(f"LOWDIM_CLAIMS names {named}, which is no file")
    for folder in (here, *here.parents):
        if (path := folder / "book" / "claims.yml").is_file():
            return path
    raise FileNotFoundError(
        f"no book/claims.yml in {here} or above: work in the repository, or let LOWDIM_CLAIMS name the file"
    )


def read_claims(path: Path) -> list[Claim]:
    """Every claim of one ``claims.yml``, in its order.

    Args:
        path: the file.

    Raises:
        ValueError: if an entry is malformed or an id occurs twice; the message names the entry and the rule.
    """
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    except yaml.YAMLError as error:
        raise ValueError(f"{path}: {error}") from None
    if not isinstance(entries, list):
        raise ValueError(f"{path}: expected a list of claims, found {type(entries).__name__}")
    claims: dict[str, Claim] = {}
    for position, entry in enumerate(entries, 1):
        name = entry.get("id", f"entry {position}") if isinstance(entry, Mapping) else f"entry {position}"
        try:
            claim = _claim(entry)
        except ValueError as error:
            raise ValueError(f"{path}: {name}: {error}") from None
        if claim.id in claims:
            raise ValueError(f"{path}: {name}: this id occurs twice")
        claims[claim.id] = claim
    return list(claims.values())


def _claim(entry: Any) -> Claim:
    if not isinstance(entry, Mapping):
        raise ValueError(f"expected the fields {', '.join(FIELDS)}, found {entry!r}")
    if (kind := entry.get("kind")) not in (*KINDS, None):
        raise ValueError(f"kind is {kind!r}, expected one of {', '.join(KINDS)}")
    fields = FIELDS + LAW_FIELDS if kind == "law" else FIELDS
    if missing := [field for field in fields if field not in entry]:
        raise ValueError(f"misses {', '.join(missing)}")
    if unknown := [str(field) for field in entry if field not in fields]:
        raise ValueError(f"has unknown {', '.join(unknown)}; the fields are {', '.join(fields)}")
    text = {field: entry[field] for field in fields if field not in ("test", "share")}
    if blank := [field for field, words in text.items() if not isinstance(words, str) or not words.strip()]:
        raise ValueError(f"{', '.join(blank)} must be text")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", text["id"]):
        raise ValueError("an id is made of lower case letters, digits and single hyphens")
    if formulas := [field for field in ("quantity", "control") if "$" in text[field]]:
        raise ValueError(f"{', '.join(formulas)} must be plain text: a cell's output typesets no formula")
    return Claim(test=_criterion(entry["test"]), share=_share(entry.get("share", 1.0)), **text)


def _share(x: Any) -> float:
    share = _bound(x)
    if not 0.5 < share <= 1:
        raise ValueError(f"share is {x!r}, expected a share of the draws above 0.5 and at most 1")
    return share


def _criterion(test: Any) -> Criterion:
    match test:
        case {"below": bound, **rest} if not rest:
            x = _bound(bound)
            return Criterion(-math.inf, x, False, f"below {x:.6g}")
        case {"above": bound, **rest} if not rest:
            x = _bound(bound)
            return Criterion(x, math.inf, False, f"above {x:.6g}")
        case {"between": [low, high], **rest} if not rest and _bound(low) < _bound(high):
            a, b = _bound(low), _bound(high)
            return Criterion(a, b, True, f"between {a:.6g} and {b:.6g}")
        case {"order": {"expected": order, "within": width, **more}, **rest} if not (rest or more):
            x, w = _bound(order), _bound(width)
            if w > 0:
                return Criterion(x - w, x + w, True, f"order {x:.6g} within {w:.6g}")
    raise ValueError(f"test is {test!r}, expected one of {FORMS}, with low < high and within > 0")


def _bound(x: Any) -> float:
    # YAML 1.1 reads 1e-8, which has no point, as text.
    try:
        number = math.nan if isinstance(x, bool) else float(x)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{x!r} in the test is no finite number")
    return number
