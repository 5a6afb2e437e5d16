"""What make hands on: every value as it was written, and nothing of it to a shell."""

import json
import shutil
import subprocess
import sys

import pytest

from ci import make, paths

RECORD = """#!/bin/sh
exec {python} -c 'import json, os, sys
print(json.dumps([sys.argv[1:], {{k: v for k, v in os.environ.items() if k.startswith("ASKED_")}}]))' "$@"
"""


@pytest.fixture
def run(tmp_path):
    """Call make in a folder of its own, with a Python that only says what it was asked."""
    shutil.copy(paths.ROOT / "Makefile", tmp_path)
    python = tmp_path / "python"
    python.write_text(RECORD.format(python=sys.executable), encoding="utf-8")
    python.chmod(0o755)

    def call(*words, **environment):
        command = ["make", "-s", "PYTHON=true", f"IN={python}", *words]
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env={"PATH": "/usr/bin:/bin", **environment},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        assert sorted(path.name for path in tmp_path.iterdir()) == ["Makefile", "python"]
        return json.loads(done.stdout.splitlines()[-1])

    return call


@pytest.mark.parametrize(
    "text",
    [
        'k=9" ; touch x ; "',
        "k=9'; touch x; '",
        "k=`touch x`",
        "k=$(touch x)",
        "k=$$(touch x)",
        "k=$(shell touch x)",
        "k=9 && touch x",
        "k=9\n\ttouch x",
        "poles=[0.9, -0.5] name=a b",
        "k=${HOME} # no comment",
        "k=9 \\",
    ],
)
def test_no_value_reaches_a_shell(run, text):
    words, asked = run("notebook", "NAME=01_setting", f"PARAMS={text}")
    assert words == ["-m", "ci.make", "notebook"]
    assert asked == {"ASKED_NAME": "01_setting", "ASKED_PARAMS": text}


@pytest.mark.parametrize("name", ["x; touch y", "$(shell touch y)", "01_setting' ; touch y"])
@pytest.mark.parametrize("target", ["book", "study", "fresh", "chapter", "bench"])
def test_nor_does_a_name(run, target, name):
    words, asked = run(target, f"NAME={name}")
    assert words == ["-m", "ci.make", target]
    assert asked == {"ASKED_NAME": name}


def test_what_the_shell_happens_to_have_is_not_what_was_asked_for(run):
    assert run("book", NAME="my-laptop", PORT="1", ASKED_NAME="left over", PARAMS="k=1") == [
        ["-m", "ci.make", "book"],
        {},
    ]


def test_every_command_is_a_target():
    makefile = (paths.ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(f"-m ci.make {name}\n" in makefile for name in make.COMMANDS)


def test_options_are_those_that_were_given(monkeypatch):
    monkeypatch.setenv("ASKED_SEED", "7; touch x")
    monkeypatch.setenv("ASKED_NAME", "")
    assert make.options("SEED", "NAME", "SHORT") == ["--seed", "7; touch x"]


@pytest.mark.parametrize("port", ["0", "x", "99999", "-1", "80 80"])
def test_a_bad_port_is_one_line(monkeypatch, capsys, port):
    monkeypatch.setenv("ASKED_PORT", port)
    assert make.serve() == 2
    assert capsys.readouterr().err == f"PORT must be a whole number from 1 to 65535, but is {port!r}\n"
