"""Laws: one function for each, draws of their own, and the same draws again."""

import numpy as np
import pytest

from lowdim.experiments.laws import LAWS, draws, law


@pytest.fixture
def uniform():
    law("uniform", full=9, short=2)(lambda rng: rng.uniform())
    yield "uniform"
    del LAWS["uniform"]


def test_a_draw_depends_on_its_seed_and_number_alone(uniform):
    every = draws(uniform, 5, range(6))
    np.testing.assert_array_equal(draws(uniform, 5, [4, 1]), every[[4, 1]])
    assert len(set(every)) == 6
    assert not set(draws(uniform, 6, range(6))) & set(every)


def test_two_laws_of_one_id_and_none_of_an_id_are_refused(uniform):
    with pytest.raises(ValueError, match="'uniform' is defined twice"):
        law("uniform", full=1, short=1)(lambda rng: 0.0)
    with pytest.raises(KeyError, match=r"no law is called 'unifrom'; there are: .*uniform"):
        draws("unifrom", 0, [0])
