"""What a cell leaves on the page: verdicts on claims, numbers in the prose.  No science here.

============== =================================================================================
claims         what the book claims, and the test that decides each claim
verdict        the verdict on one claim, shown and kept
numbers        numbers in the text, from the run and never from the keyboard
tables         tables of computed numbers, typeset as the numbers in the text are
page_code      what the page's own code computes, to be held against the library
============== =================================================================================
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
