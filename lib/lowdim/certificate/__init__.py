"""Proven bounds on the error of one trained student at lags that it never saw.

============== =================================================================================
known_teacher  the bound when the teacher is known
from_data      the bound from measured responses, for every stable balanced teacher at once
from_runs      the integrated autocorrelation time of a reversible chain, from its runs
============== =================================================================================
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
