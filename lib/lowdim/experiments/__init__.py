"""Grids, and the runs that fill them.

============== =================================================================================
grid           one call, one row for each run, on every core or on a cluster, kept if wanted
cached         what a folder of kept results holds, and how to make it smaller
runs           runs of linear students: by gradient flow, beside their linearization
protocol       teachers of five states, students of forty, error against the training length
drawn          teachers drawn from stated distributions
layers         state space layers on drawn teachers, compared at one training error
scaling        a measurement against a size or a scale, seed by seed
chain_times    drawn Markov chains, and intervals for their autocorrelation times
gated_study    students of many scales on one length of sequences
gated_students what such a study leaves: the students, their errors at every length
gated_course   its students trained further, or as they were at a given loss
laws           the laws of the book as functions of one draw, for `make fresh`
plans          grids too large for a chapter, by name: `make study`
recorded       measured records, and the draws of a sampler, that nobody here simulated
============== =================================================================================
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
