"""Ball arithmetic: numbers with proven bounds, what every certificate of the book stands on.

==================== ===========================================================================
arithmetic           responses, norms and eigenvalues of a system as balls; rounding outward
divided_differences  divided differences of powers, and the range of a quotient
exact                true errors to the last digit, to hold a bound against
==================== ===========================================================================
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
