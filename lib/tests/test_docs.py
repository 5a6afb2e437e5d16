"""Everything public is documented, argument by argument, and every example in a docstring runs."""

import doctest
import importlib
import inspect
import pkgutil
import re

import pytest

import lowdim

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(lowdim.__path__, "lowdim.")
    if not any(part.startswith("_") for part in module.name.split("."))
)
SECTIONS = ("Args", "Returns", "Raises", "Yields", "Attributes", "Example", "Examples", "Note", "Notes")


def public(module):
    """Name and object of every public function, class and method that this module defines."""
    for name, thing in vars(module).items():
        if name.startswith("_") or getattr(thing, "__module__", None) != module.__name__:
            continue
        if inspect.isfunction(thing):
            yield name, thing
        elif inspect.isclass(thing):
            yield name, thing
            for method, function in vars(thing).items():
                if not method.startswith("_") and inspect.isfunction(function):
                    yield f"{name}.{method}", function


FUNCTIONS = [
    pytest.param(thing, id=f"{name}.{inner}")
    for name in MODULES
    for inner, thing in public(importlib.import_module(name))
]


def section(doc, title):
    """The entries of one section of a docstring: ``name: text`` becomes a key and its text."""
    heading = "|".join(SECTIONS)
    found = re.search(rf"^{title}:\n(.*?)(?=^(?:{heading}):\n|\Z)", doc, re.DOTALL | re.MULTILINE)
    return dict(re.findall(r"^ {4}(\w+): (\S.*)$", found[1], re.MULTILINE)) if found else {}


def arguments(thing):
    """The arguments that a caller can name, and then the names under which it collects any others."""
    collecting = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    named, rest = [], []
    for parameter in inspect.signature(thing).parameters.values():
        if not parameter.name.startswith("_") and parameter.name != "self":
            (rest if parameter.kind in collecting else named).append(parameter.name)
    return named, rest


@pytest.mark.parametrize("thing", FUNCTIONS)
def test_every_public_argument_is_documented_and_none_is_invented(thing):
    doc = inspect.getdoc(thing) or ""
    assert doc.strip(), "no docstring"
    named, rest = arguments(thing)
    if inspect.isclass(thing):
        assert [name for name in named if not re.search(rf"\b{name}\b", doc)] == []
    else:
        assert [name for name in section(doc, "Args") if name not in rest] == named


@pytest.mark.parametrize("name", ["lowdim", *MODULES])
def test_every_module_says_what_it_holds(name):
    assert (importlib.import_module(name).__doc__ or "").strip()


@pytest.mark.parametrize("name", ["lowdim", *MODULES])
def test_the_examples_run(name):
    outcome = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert outcome.failed == 0


def test_this_file_sees_an_undocumented_argument():
    doc = "A sum.\n\nArgs:\n    x: one number.\n\nReturns:\n    y: no argument.\n"
    assert section(doc, "Args") == {"x": "one number."}
    assert arguments(lambda x, y, _z, *rest: None) == (["x", "y"], ["rest"])
    assert any(case.id == "lowdim.ledger.verdict.record" for case in FUNCTIONS)
