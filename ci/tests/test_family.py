"""Ctrl-C ends in seconds and in a line, the end of make ends the pipeline, and nothing is left running."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from ci import paths

SLOW = """
import subprocess, sys, time
from ci import make
def slow():
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    print(child.pid, flush=True)
    time.sleep(60)
make.COMMANDS["book"] = slow
sys.exit(make.main("book"))
"""


def gone(pid):
    """Whether a process ends within five seconds."""
    for _ in range(50):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.1)
    return False


def start(*command, **options):
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([sys.executable, *command], cwd=paths.ROOT, **pipes, **options)


@pytest.mark.parametrize("blow", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything_in_a_line(blow):
    slow = start("-c", SLOW)
    child = int(slow.stdout.readline())
    began = time.monotonic()
    slow.send_signal(blow)
    _, told = slow.communicate()
    assert time.monotonic() - began < 5
    assert told == "\ninterrupted; what was finished is kept\n"
    assert slow.returncode == 130
    assert gone(child)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent has ended")
def test_what_make_started_ends_with_it(tmp_path):
    script = tmp_path / "slow.py"
    script.write_text(SLOW)
    parent = "import subprocess, sys; p = subprocess.Popen([sys.executable, sys.argv[1]])"
    parent += "; print(p.pid, flush=True); p.wait()"
    make = start("-c", parent, str(script), env=os.environ | {"PYTHONPATH": str(paths.ROOT)})
    pids = [int(make.stdout.readline()), int(make.stdout.readline())]
    make.kill()
    make.communicate()
    assert all(map(gone, pids))


def test_a_full_disk_is_a_line(capsys, monkeypatch):
    from ci import make

    def full():
        raise OSError(28, "No space left on device", "_build/runs/x")

    monkeypatch.setitem(make.COMMANDS, "bench", full)
    monkeypatch.setattr("ci.family.die_with_parent", lambda: None)
    monkeypatch.setattr("ci.family.interrupt_on_signals", lambda: None)
    assert make.main("bench") == 1
    assert capsys.readouterr().err == "No space left on device: _build/runs/x; what was finished is kept\n"
