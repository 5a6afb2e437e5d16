"""One name for one thing, over all public signatures; CONTRIBUTING.md says which."""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

import lowdim

CONTRIBUTING = Path(__file__).parent.parent.parent / "CONTRIBUTING.md"
ROOMS = [m.name for m in pkgutil.iter_modules(lowdim.__path__) if m.ispkg and m.name != "figures"]
SYSTEMS = ("rnn", "teacher", "student")
# What a thing is also called elsewhere, and what it is called here.
ELSEWHERE = {
    "length": "horizon",
    "n_lags": "horizon",
    "max_lag": "horizon",
    "goal": "teacher, or target for its responses",
    "truth": "teacher, or target for its responses",
    "system": "rnn, teacher or student",
    "model": "student",
    "net": "network",
    "tol": "tolerance",
    "eps": "tolerance",
    "sigma": "std",
    "scale_init": "std",
    "dim": "d",
    "n_states": "d",
    "order": "d_hat",
    "random_state": "rng",
    "generator": "rng",
    "lr": "step, or rate",
    "learning_rate": "step, or rate",
    "n_steps": "steps",
    "symmetric": "structure",
    "eigenvalues": "poles",
    "cov": "covariance",
    "n": "what it counts",
}


def offered():
    for room in ROOMS:
        face = importlib.import_module(f"lowdim.{room}")
        for name in face.__all__:
            thing = getattr(face, name)
            if inspect.isfunction(thing):
                yield f"{room}.{name}", list(inspect.signature(thing).parameters)


SIGNATURES = dict(offered())


def faults(name, parameters):
    """What is wrong with the names of one signature."""
    told = [f"{name}: {p} is called {ELSEWHERE[p]} here" for p in parameters if p in ELSEWHERE]
    places = [i for i, p in enumerate(parameters) if p in SYSTEMS]
    if places and places != list(range(len(places))):
        told.append(f"{name}: the systems come first, not {', '.join(parameters)}")
    return told


@pytest.mark.parametrize("name", SIGNATURES)
def test_every_argument_has_the_name_of_its_kind(name):
    assert faults(name, SIGNATURES[name]) == []


def test_a_name_from_elsewhere_is_seen():
    assert faults("f", ["rnn", "length"]) == ["f: length is called horizon here"]
    assert faults("f", ["k", "teacher"]) == ["f: the systems come first, not k, teacher"]


def test_the_names_of_the_guide_are_in_use():
    table = CONTRIBUTING.read_text(encoding="utf-8").split("## One name for one thing")[1].split("##")[0]
    names = {
        n for row in re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE) for n in re.findall(r"`(\w+)`", row)
    }
    used = {parameter for parameters in SIGNATURES.values() for parameter in parameters}
    assert len(names) > 15
    assert names - used == {"lag"} - used
