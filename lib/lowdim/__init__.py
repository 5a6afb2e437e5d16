"""Low dimensional state spaces in overparameterized linear recurrent networks: the library behind the book.

Each room holds one subject, and its face names what it offers, for example
``from lowdim.systems import teacher``.  Nothing is loaded before it is taken, so that work which needs only
NumPy does not wait for PyTorch.  A name such as `thm-loss` in a docstring is the label of a theorem of the
book; the book's pages on the library turn it into a link.

============ ===================================================================================
arrays       what is accepted everywhere, NumPy and torch alike
systems      what a linear recurrent network is and answers
training     how a student learns
balls        ball arithmetic, what every proof stands on
moments      what finitely many responses say of a measure
certificate  proven bounds for one trained student
dynamics     what theory predicts of training
gated        gated recurrent networks
ssm          state space layers, as their authors parametrize them
experiments  grids, and the runs that fill them
figures      the pictures, in one style
ledger       verdicts and numbers on the page
============ ===================================================================================
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=[
        "arrays",
        "balls",
        "certificate",
        "dynamics",
        "experiments",
        "figures",
        "gated",
        "ledger",
        "moments",
        "ssm",
        "systems",
        "training",
    ],
)
