"""What theory predicts of training: escape, plateaus, sleepers, the kernel regime, poisoning.

============== =================================================================================
discrete       descent in the two parts themselves, to every digit
escape         leaving the origin when the teacher answers nothing at lag 0
charge         how a finite step size moves what gradient flow conserves
origin         which part of a student grows at the origin, for any inputs and any step
planar         the student of one state that leaves it, and the imbalance it leaves with
close_poles    how far imbalance grows back where the teacher has close poles, before training
few_atoms      fits of the first responses by few atoms, without any flow
plateaus       the saddles a student rests at, and the rates at which it leaves them
sleepers       the error that modes leave which never wake
kernel         what training would do if the student moved only infinitesimally
poisoning      training on a single lag, as published, by a scalar root
============== =================================================================================
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
