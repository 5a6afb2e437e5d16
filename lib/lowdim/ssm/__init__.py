"""State space layers, as their authors parametrize them, and how they train: the questions of the book.

A layer is a batch of students of one family, each with weights of its own. All train at once, on the loss of
the impulse response that the linear chapters use, in float64::

    from lowdim import ssm

    students = ssm.lru(32, np.random.default_rng(0), batch=(10,))
    run = ssm.train(students, target, steps=2000, levels=[1e-3])  # target: (10, k)
    ssm.responses(run.passed, 200)  # where each first fitted: (1, 10, 200)

============ ===================================================================================
layers       what a layer is; its responses and poles; the same layer with a dense A
starts       where the authors' layers start: real diagonal, S4D, LRU, dense
closed_forms impulse responses without a loop over time, and their gradients
descent      many students at once, each kept where it first fits to a level
conserved    what gradient flow keeps in each family
nonlinear    two layers that have no impulse response: a selective one, and attention
sequences    training on white sequences, and errors on longer ones
============ ===================================================================================
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
