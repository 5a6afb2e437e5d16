"""The first minute of a stranger: what is installed when, and what is said when it cannot be."""

import shutil
import subprocess
import sys
import time

import pytest

from ci import bootstrap


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A repository without an environment, on a machine whose commands are only noted down."""
    (tmp_path / "lib" / "lowdim").mkdir(parents=True)
    for name, text in {
        "requirements.txt": "a==1\n",
        "lib/pyproject.toml": "",
        "lib/lowdim/x.py": "x = 1\n",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(bootstrap, "REQUIREMENTS", tmp_path / "requirements.txt")
    return Machine(tmp_path, monkeypatch)


class Machine:
    """What was run, and what fails."""

    def __init__(self, root, monkeypatch):
        self.root, self.ran, self.fails, self.tools, self.user = root, [], {}, set(), 1000
        monkeypatch.setattr(bootstrap, "run", self.run)
        monkeypatch.setattr("shutil.which", lambda name: name if name in self.tools else None)
        monkeypatch.setattr("os.geteuid", lambda: self.user)

    def run(self, command, environment=None):
        """Note the words that matter; fail if told to."""
        line = " ".join(map(str, command))
        steps = {
            "-m venv": "venv",
            "--requirement": "packages",
            "--no-deps": "library",
            "apt-get install": "apt",
            "playwright install": "playwright",
        }
        for words, step in steps.items():
            if words in line:
                self.ran.append(step)
                if self.fails.get(step, 0):
                    self.fails[step] -= 1
                    return f"{step} says no"
                if step == "venv":
                    bootstrap.PYTHON.parent.mkdir(parents=True)
                    bootstrap.PYTHON.touch()
                    version = f"version = {sys.version_info.major}.{sys.version_info.minor}.7"
                    (bootstrap.VENV / "pyvenv.cfg").write_text(version)
                if step == "packages":
                    site = bootstrap.VENV / "lib" / "python3.11" / "site-packages"
                    shutil.rmtree(site, ignore_errors=True)
                    for pin in bootstrap.REQUIREMENTS.read_text().split():
                        (site / f"{pin.replace('==', '-')}.dist-info").mkdir(parents=True)
        return None

    def main(self, *arguments):
        """Bring everything; the steps that ran."""
        self.ran.clear()
        bootstrap.main(list(arguments))
        return list(self.ran)


def test_everything_is_installed_once(machine):
    assert machine.main() == ["venv", "packages", "library"]
    assert machine.main() == []


def test_an_interrupted_installation_is_taken_up_again(machine):
    machine.fails["packages"] = 1
    with pytest.raises(SystemExit, match=r"packages says no\n.*goes on from here"):
        machine.main()
    assert machine.main() == ["packages", "library"]


def test_changed_requirements_and_a_changed_library_are_installed_again(machine):
    machine.main()
    (machine.root / "requirements.txt").write_text("a==2\n", encoding="utf-8")
    assert machine.main() == ["packages"]
    (machine.root / "lib/lowdim/x.py").write_text("x = 2\n", encoding="utf-8")
    assert machine.main() == ["library"]
    (machine.root / "lib/lowdim/x.py").unlink()
    assert machine.main() == ["library"]


def test_a_missing_venv_module_is_brought_by_debian_where_that_is_allowed(machine):
    machine.fails["venv"], machine.tools, machine.user = 1, {"apt-get"}, 0
    assert machine.main() == ["venv", "apt", "venv", "packages", "library"]


def test_a_missing_venv_module_is_named_where_nothing_may_be_installed(machine):
    machine.fails["venv"], machine.tools = 1, {"apt-get"}
    with pytest.raises(SystemExit, match="install Python's venv module"):
        machine.main()
    assert machine.ran == ["venv"]
    assert not bootstrap.VENV.exists()


def test_a_browser_is_only_brought_for_the_tests_and_only_if_there_is_none(machine):
    machine.tools = {"google-chrome"}
    assert machine.main("--browser") == ["venv", "packages", "library"]
    machine.tools = set()
    assert machine.main("--browser") == ["playwright"]
    machine.tools, machine.user = {"apt-get"}, 0
    assert machine.main("--browser") == ["apt"]
    machine.fails = {"apt": 1, "playwright": 1}
    with pytest.raises(SystemExit, match="install Chromium"):
        machine.main("--browser")
    assert machine.main() == []


def test_an_old_python_is_told_which_one_is_needed(machine, monkeypatch):
    monkeypatch.setattr("sys.version_info", (3, 10, 4))
    with pytest.raises(SystemExit, match=r"Python 3\.11 or later is needed"):
        machine.main()
    assert machine.ran == []


def test_a_failing_command_says_what_it_said():
    assert bootstrap.run(["sh", "-c", "echo broken >&2; exit 3"]) == "broken"
    assert bootstrap.run(["true"]) is None


def test_an_environment_of_another_python_is_made_anew(machine, capsys):
    machine.main()
    settings = bootstrap.VENV / "pyvenv.cfg"
    settings.write_text("home = /usr/bin\nversion = 3.9.1\n")
    assert machine.main() == ["venv", "packages", "library"]
    assert "the old one is of Python 3.9" in capsys.readouterr().err
    assert machine.main() == []


def test_a_package_that_is_gone_is_installed_again(machine):
    machine.main()
    shutil.rmtree(bootstrap.VENV / "lib" / "python3.11" / "site-packages" / "a-1.dist-info")
    assert bootstrap.missing() == ["a==1"]
    assert machine.main() == ["packages"]
    assert bootstrap.missing() == []


def test_a_failed_step_leaves_no_mark(machine):
    machine.main()
    (machine.root / "lib/lowdim/x.py").write_text("x = 3\n", encoding="utf-8")
    machine.fails["library"] = 1
    with pytest.raises(SystemExit):
        machine.main()
    assert not (bootstrap.VENV / "lowdim-library").exists()
    (machine.root / "lib/lowdim/x.py").write_text("x = 1\n", encoding="utf-8")  # as it was installed at first
    assert machine.main() == ["library"]


HOLDER = """
import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from ci import bootstrap
bootstrap.ROOT = Path({folder!r})
with bootstrap.alone():
    print("in", flush=True)
    sys.stdin.read()
"""


def test_two_installations_take_turns(tmp_path):
    code = HOLDER.format(root=str(bootstrap.ROOT), folder=str(tmp_path))
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    first = subprocess.Popen([sys.executable, "-c", code], **pipes)
    assert first.stdout.readline() == "in\n"
    second = subprocess.Popen([sys.executable, "-c", code], **pipes)
    assert "this one waits for it" in second.stderr.readline()
    time.sleep(0.2)
    assert second.poll() is None
    first.communicate()
    assert second.stdout.readline() == "in\n"
    second.communicate()


def test_what_is_installed_here_is_not_missing():
    assert bootstrap.missing() == []


def test_a_full_disk_is_one_line(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", FULL.format(root=str(bootstrap.ROOT))], capture_output=True, text=True
    )
    assert done.stderr == "No space left on device: /x/lock; the same command goes on from here\n"
    assert done.returncode == 1


FULL = """
import errno, os, runpy, sys
sys.path.insert(0, {root!r})
import fcntl
def full(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/x/lock")
fcntl.flock = full
runpy.run_path({root!r} + "/ci/bootstrap.py", run_name="__main__")
"""
