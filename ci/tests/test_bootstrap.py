"""The first minute of a stranger: what is installed when, and what is said when it cannot be."""

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
