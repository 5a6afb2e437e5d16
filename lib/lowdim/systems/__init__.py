"""What a linear recurrent network is, what it answers, and how two of them compare.

============== =================================================================================
linear         the network, its responses, its simulation, its spectral measure, Krylov rows
structures     symmetric, free or diagonal transition matrices, decided in one place
teachers       systems with given poles: balanced, signed, oscillating, delayed
students       random starts: near zero, of a given radius, near a teacher
balance        how far B is from C, and what training conserves
realization    states that matter: Hankel singular values, reduction, Ho-Kalman
norm_balanced  the realization with the smallest weights
conversions    scipy.signal, python-control, torch.nn.RNN, continuous time
chains         reversible Markov chains: their autocorrelations are responses
relaxation     heat in a rod, charge in a ladder, from physical parameters
compare        a student beside its teacher: residuals, errors, remembered lags
============== =================================================================================
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
