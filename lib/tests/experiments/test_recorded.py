"""Records are what their packages document: events and a signal in percent change; draws of a sampler."""

import builtins

import numpy as np
import pytest

from lowdim.experiments import recorded


def test_the_record_has_six_times_96_events():
    events, signal = recorded.event_related_fmri()
    assert events.shape == signal.shape == (3360,)
    assert set(events) == {0.0, 1.0}
    assert events.sum() == 6 * 96
    assert abs(signal.mean()) < 0.01
    assert np.isfinite(signal).all()


def test_the_signal_answers_the_events_within_seconds():
    events, signal = recorded.event_related_fmri()
    delay = np.array([np.corrcoef(events[: len(events) - j], signal[j:])[0, 1] for j in range(20)])
    # A haemodynamic response peaks some 6 s, three samples, after its stimulus; 5 standard errors are 0.09.
    assert 2 <= delay.argmax() <= 4
    assert delay.max() > 0.09


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(recorded, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match="pip install nitime"):
        recorded.event_related_fmri()


def test_the_package_itself_is_not_imported(monkeypatch):
    real = builtins.__import__

    def refuse(name, *rest, **kw):
        assert not name.startswith("nitime"), "reading a file needs no import of the package around it"
        return real(name, *rest, **kw)

    monkeypatch.setattr(builtins, "__import__", refuse)
    recorded.event_related_fmri()


def test_the_draws_of_the_eight_schools_are_slower_in_the_funnel():
    slow, fast = (recorded.eight_schools(centered) for centered in (True, False))
    for drawn in (slow, fast):
        assert {name: x.shape for name, x in drawn.items()} == {"mu": (4, 500), "log tau": (4, 500)}
        assert 3 < drawn["mu"].mean() < 6  # about 4.4 by every account of this posterior
    centred = {
        name: np.mean([np.corrcoef(r[1:], r[:-1])[0, 1] for r in x["log tau"]])
        for name, x in (("slow", slow), ("fast", fast))
    }
    assert centred["slow"] > centred["fast"] + 0.2


def test_missing_draws_are_named(monkeypatch):
    monkeypatch.setattr(recorded, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match="pip install arviz-base h5py"):
        recorded.eight_schools(True)
