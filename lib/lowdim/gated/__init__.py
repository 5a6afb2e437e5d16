"""Gated recurrent networks: the questions of the book, asked outside its theory.

Teachers and students are small networks of one kind: GRU, LSTM or tanh. Many train at once::

    from lowdim import gated

    seeds = range(5)
    teachers = gated.teacher(4, seeds)
    run = gated.train(gated.student(50, 0.1, seeds), teachers, k=16, steps=3000, seeds=seeds)
    gated.normalized_error(run.network, teachers, lengths=[16, 200])  # shape (2, 5)

============== =================================================================================
construct      teachers with memory, students near zero, one of each per seed
network        many networks of one kind, side by side in one batch
training       Adam on fresh sequences, resumable
extrapolation  errors on sequences far longer than those of training
drift          teachers that are right on short sequences alone
checkpoint     files from which a killed training continues
inside         how many directions the states use
============== =================================================================================
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
