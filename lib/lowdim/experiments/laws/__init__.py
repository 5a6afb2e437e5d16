"""The laws of the book as functions of one draw: what chapters measure, and `make fresh` examines again.

A law draws teachers, starts and data from the distribution that its claim names, with a generator of its own
for each draw, and returns the number that the claim's test decides.

================== =============================================================================
balanced_teachers  students of drawn balanced teachers: balance at escape, the threshold, many poles
certificates       what the sharp constant and the certificate give away
close_poles        closeness and what it decides
every_lag          imbalance at escape, order of the last error, certificates at twice the order, sleepers
finite_data        how the error falls with the number of noisy sequences
free_students      a free transition matrix and systems of two to five states
large_starts       what a large start leaves behind
layers             state space layers, compared where they fit alike
optimizers         what rules that treat each coordinate by itself make of balance
plateaus           where students rest on their way
wild               autocorrelation times of drawn chains, students of drawn rods and ladders
registry           the laws there are, and how one is examined on fresh draws
================== =============================================================================
"""

# Each file registers its laws.
import lowdim.experiments.laws.balanced_teachers
import lowdim.experiments.laws.certificates
import lowdim.experiments.laws.close_poles
import lowdim.experiments.laws.every_lag
import lowdim.experiments.laws.finite_data
import lowdim.experiments.laws.free_students
import lowdim.experiments.laws.large_starts
import lowdim.experiments.laws.layers
import lowdim.experiments.laws.optimizers
import lowdim.experiments.laws.plateaus
import lowdim.experiments.laws.wild  # noqa: F401
from lowdim.experiments.laws.registry import LAWS, Law, draws, law

__all__ = ["LAWS", "Law", "draws", "law"]
