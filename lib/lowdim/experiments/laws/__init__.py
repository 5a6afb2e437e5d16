"""The laws of the book as functions of one draw: what chapters measure, and `make fresh` examines again.

A law draws teachers, starts and data from the distribution that its claim names, with a generator of its own
for each draw, and returns the number that the claim's test decides.

================== =============================================================================
balanced_teachers  students of drawn balanced teachers: the exponent at escape, the threshold
close_poles        closeness and what it decides
every_lag          the imbalance at escape, the order of the last error, certificates at twice the order
free_students      a free transition matrix and systems of two states
gated_networks     GRU students of GRU teachers
large_starts       what a large start leaves behind
protocol           the recalled protocol at full size
registry           the laws there are, and how one is examined on fresh draws
================== =============================================================================
"""

# Each file registers its laws.
import lowdim.experiments.laws.balanced_teachers
import lowdim.experiments.laws.close_poles
import lowdim.experiments.laws.every_lag
import lowdim.experiments.laws.free_students
import lowdim.experiments.laws.gated_networks
import lowdim.experiments.laws.large_starts
import lowdim.experiments.laws.protocol  # noqa: F401
from lowdim.experiments.laws.registry import LAWS, Law, draws, law

__all__ = ["LAWS", "Law", "draws", "law"]
