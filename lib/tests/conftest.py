"""What every test of the library runs under.

Shapes and types: jaxtyping's import hook checks each annotated function of ``lowdim`` on every call, with
beartype. It is installed here, before any test imports the package; a reader's own import pays nothing.

Our own errors: on a wrong shape the hook speaks first, with its own ``TypeCheckError``. A test of the message
that a reader would see asks for the fixture ``plain``, which switches the checks off for that one test::

    def test_wrong_shape_names_the_argument(plain):
        with pytest.raises(ValueError, match="B has length 3"):
            LinearRNN(A=np.eye(2), B=np.ones(3), C=np.ones(2))
"""

import pytest
from hypothesis import settings
from jaxtyping import config, install_import_hook

install_import_hook("lowdim", "beartype.beartype")

# The same examples on every run: a red test is red for everyone. No deadline: the machine may be busy.
settings.register_profile("book", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("book")


@pytest.fixture
def plain():
    """Run this test without jaxtyping's checks, as a reader does."""
    config.update("jaxtyping_disable", True)
    yield
    config.update("jaxtyping_disable", False)
