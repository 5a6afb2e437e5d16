"""The moment problem: what finitely many responses say about the measure behind them.

A balanced student is a non-negative measure on the line, and its responses are the moments of it.

============== =================================================================================
gauss          from moments to the measure: Hankel matrices, Gauss quadrature, the teacher itself
tangents       how moments move with poles and weights
families       balanced systems that share as many responses as they can without being equal
impostors      students perfect on every training lag and wrong after it
ranges         every later response that a training window allows, proven and attained, lag after lag
gain           the sum of all responses that a few of them allow
on_spectrum    the most that a student's spectrum and first moments leave open at a later lag
stability      how far a small training error can reach: the constants
worst          the student that errs most for its training error
lag_sets       which lags identify a teacher
============== =================================================================================
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
