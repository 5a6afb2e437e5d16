"""How a student learns: what is minimized, by which gradient, along which path.

============== =================================================================================
objective      the loss on length-k sequences and its gradients in closed form
finite_data    N recorded sequences as another target with another covariance
estimate       responses from noisy sequences, each with how far it may be off
autocorrelations
               of stationary runs, in blocks, each with how far it may be off
trajectory     what a run leaves behind, finished or not
descent        gradient descent, torch's optimizers
mini_batches   the same on fresh sequences, by autograd through the recurrence
flow           gradient flow to convergence, through plateaus of any length
identification a system found in one record, and how much of it a system explains
velocity       how fast a run moves, by differences of what it recorded
channels       the flow for several inputs and outputs
============== =================================================================================
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
