"""Low dimensional state spaces in overparameterized linear recurrent networks: the library behind the book.

One module holds one idea; import what you need, for example ``from lowdim.systems import teacher``. Nothing
is imported here, so that a module which needs only NumPy does not wait for PyTorch.
"""

__version__ = "0.1.0"
