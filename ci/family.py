"""Processes that do not outlive those who started them."""

import ctypes
import os
import signal
import sys

import psutil

_PARENT_DEATH = 1  # PR_SET_PDEATHSIG, of Linux's prctl


def die_with_parent() -> None:
    """From now on the end of the process that started this one, even by SIGKILL, sends this one SIGTERM.

    Only Linux can do this; elsewhere nothing happens.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PARENT_DEATH, signal.SIGTERM)


def interrupt_on_signals() -> None:
    """Treat a request to end, and a terminal that is closed, like Ctrl-C."""

    def interrupt(*_):
        raise KeyboardInterrupt

    for each in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(each) != signal.SIG_IGN:  # under nohup
            signal.signal(each, interrupt)


def end_children() -> None:
    """End whatever this process has started, and what that has started."""
    for child in psutil.Process(os.getpid()).children(recursive=True):
        try:
            child.kill()
        except psutil.NoSuchProcess:
            continue
