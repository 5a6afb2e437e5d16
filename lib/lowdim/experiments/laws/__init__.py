"""The laws of the book as functions of one draw: what chapters measure, and `make fresh` examines again.

A law draws teachers, starts and data from the distribution that its claim names, with a generator of its own
for each draw, and returns the number that the claim's test decides.

============== =================================================================================
balanced_teachers  students of drawn balanced teachers: escape, threshold
close_poles    closeness and what it decides
registry       the laws there are, and how one is examined on fresh draws
============== =================================================================================
"""

import lowdim.experiments.laws.balanced_teachers
import lowdim.experiments.laws.close_poles  # noqa: F401 (each file registers its laws)
from lowdim.experiments.laws.registry import LAWS, Law, draws, law

__all__ = ["LAWS", "Law", "draws", "law"]
