"""What the chapters may be run with: declared for each parameter, refused in a line before anything runs."""

import ast
import os
import subprocess
import sys
import time

import pytest

from ci import paths
from ci.pipeline import rerun
from ci.pipeline.cells import read_code
from ci.pipeline.parameters import UsageError, read, require

CHAPTERS = pytest.mark.parametrize("source", paths.sources(), ids=lambda source: source.stem)

# One line for each chapter: sets of parameters that it must refuse, separated by bars.
BAD = {
    "01": """
        k=1 | k=0 | k=-7 | k=31 d=20 | d=0 | d=7 | d=5000 | poles=[] weights=[] | poles=[0.5,0.5,0.1] |
        poles=[1.5,0.5,0.1] | poles=[True,False,True] | weights=[1.0] | weights=[0.5,-0.3,0.2] |
        horizon=1 | seeds=0 | seeds=1000 | small=0 | small=-1e-3 | small=10 | radius=0.0 | radius=40 |
        samples=1 | samples=0 | small=1e999 | poles=[0.5,[0.1],0.2] | poles=0.5 | k=7.0 | k=True |
        k=nan | weights=['a','b','c']
    """,
    "02": """
        k=1 | k=12 | d=7 | d=3 | excess=-1 | excess=0 | largest=6 | largest=1 | largest=40 | horizon=0 |
        horizon=5 | poles=[0.9] weights=[1.0] | poles=[0.9,0.85,0.1] | poles=[0.1,0.2]
    """,
    "03": """
        d=1 | d=0 | seeds=0 | scales=[] | scales=[1e-3] | scales=[1e-7,1e-6,1e-5,1e-4,1e-3,1e-2] |
        steps=[] | steps=[0.0,0.01,0.02] | steps=[0.01] | processes=0 | processes=-1 | k=2 |
        weights=[0.0,0.0,0.0] | weights=[1.0,1.0,0.9] | scales=[0.1,0.09,0.08,0.07,0.06,0.05]
    """,
    "04": """
        delta=0 | delta=-1 | delta=1.0 | reach=3 | teachers=0 | teachers=1 | students=0 | d=1 |
        horizon=5 | poles=[0.9] weights=[1.0] | poles=[0.9,0.9] | weights=[0.6,0.0]
    """,
    "05": """
        k=1 | k=5 | k=40 | d=0 | std=0 | std=-1 | large=0 | horizon=1 | seeds=0 | sizes=[] |
        sizes=[1,3,5] | sizes=[2,3] | scales=[] | widths=[0] | widths=[10] | widths=[200,100,50,20] |
        step=0 | step=9 | steps=0 | processes=0 | large=0.25 | scales=[0.01,0.02,0.03,0.04,0.05,0.1]
    """,
    "06": """
        lengths=[] | lengths=[2,3] | lengths=[2,3,4] | slow=[] | slow=[1.0] | slow=[0.999,0.9] |
        fast=[] | fast=[0.7,0.7] | weights=[1.0] | radius=0 | radius=1.0 | scales=[] |
        scales=[1,2,3,4] | longer=[] | longer=[1] | seeds=0 | k=2 | k=11 | d=1
    """,
    "07": """
        d=1 | k=1 | k=8 | k=9 | most=0 | most=5 | t_end=0 | t_end=-1 | t_end=1e300 | std=0 | std=1.0 |
        seeds=0 | poles=[0.9,0.8,0.1,0.0,-0.5]
    """,
    "08": """
        d=1 | k=2 | k=7 | std=0 | std=2e-3 | seeds=0 | drawn=0 | horizon=1 | t_end=0 | lengths=[] |
        lengths=[4,6] | stds=[] | stds=[1e-3] | tolerances=[] | tolerances=[1e-30] |
        tolerances=[1e-6,1e-7,1e-8] | steps=[] | sizes=[3] | sizes=[] | sizes=[3,4,5,6,7] |
        record_lengths=[] | record_lengths=[6,8] | record_lengths=[12,16]
    """,
    "09": """
        horizon=1 | k=2 | d=1 | wide=1 | seeds=0 | stds=[] | stds=[1e-3,0.01,0.1,0.2] | epsilons=[] |
        epsilons=[0.1] | radii=[] | radii=[1.1,1.2] | radii=[0.95,0.99] | attack_seeds=[1] |
        attack_seeds=[] | attack_seeds=[242,243,245,246] | poles=[0.9] weights=[1.0] |
        poles=[0.9,0.5,0.1] weights=[0.3,0.3,0.3]
    """,
    "10": """
        shorter=[64] | shorter=[] | shorter=[2] | k=4 | units=0 | teacher_units=0 | memory=0 | std=0 |
        std=0.3 | stds=[] | stds=[0.1] | rate=0 | rate=1.0 | steps=0 | rates=[] | rates=[0.005] |
        rates=[0.02,0.1] | horizon=100 | seeds=0 | processes=0
    """,
    "11": """
        draws=0 | fewer=0 | scales=[] | scales=[1e-5,1e-4] | ends=[] | orders=[] | orders=[0] | each=0 |
        std=0 | horizon=1 | rates=[] | rates=[0.5,1.0,1.2] | gaps=[] | gaps=[0.0,0.1,0.2] | samples=0 |
        samples=100
    """,
    "12": """
        poles=[0.7,0.9] | poles=[0.9,0.9] | weights=[1.0] | d=1 | std=0 | smaller=[] | smaller=[1e-3] |
        std=1e-5 | lags=[] | lags=[5,6] | lags=[1,2] | gaps=[] | seeds=0 | drawn=0 | sample=-1 |
        processes=0 | k=4
    """,
    "13": """
        d=0 | d=1 | d=17 | lags=[] | lags=[64,4] | few=5 | few=64 | each=0 | seed=-1 | level=0 | steps=0 |
        rates=[] | rates=[0.01] | trial=0 | trial_k=1 | draws_of_law=0 | jumps=0 | networks=0 | processes=0
    """,
    "14": """
        chains=0 | sample=-1 | step=0 | gap_share=0 | gap_share=2.0 | metres=0 | metres=-1.0 | diffusivity=0 |
        cells=1 | dt=0 | samples=[] | samples=[12,6] | d=0 | std=0 | order=0 | order=40
    """,
}
CASES = [(chapter, text.strip()) for chapter, row in BAD.items() for text in row.split("|")]


def source_of(number):
    (source,) = (each for each in paths.sources() if each.stem.startswith(number + "_"))
    return source


@CHAPTERS
def test_every_parameter_says_what_it_may_be(source):
    known, _ = read(source)
    cells = [cell for cell in read_code(source) if "parameters" in cell.tags]
    assigned = [line.targets[0].id for cell in cells for line in ast.parse(cell.source).body]
    assert list(known) == assigned != []
    assert [name for name, entry in known.items() if entry.rule is None] == []


@CHAPTERS
def test_what_the_book_has_is_allowed(source):
    require({name: ast.literal_eval(entry.default) for name, entry in read(source)[0].items()}, source)


def test_the_table_of_bad_sets_is_long():
    assert len(CASES) >= 200
    assert set(BAD) <= {source.stem[:2] for source in paths.sources()}


@pytest.mark.parametrize(("chapter", "text"), CASES)
def test_a_bad_set_is_refused_in_a_line(chapter, text):
    with pytest.raises(UsageError) as caught:
        rerun.parse(text, source_of(chapter))
    message, name = str(caught.value), text.split("=")[0]
    first = message.splitlines()[0]
    assert name in first
    assert len(message.splitlines()) == 1 or "has no parameter" in first
    assert len(first) < 300


@pytest.mark.parametrize(
    ("chapter", "text", "message"),
    [
        (
            "01",
            "k=1",
            "01_setting: k = 1 is refused: k must be a whole number from 3 to 30; the book has k = 7",
        ),
        (
            "01",
            "poles=[0.5,0.45,0.1]",
            "01_setting: poles = [0.5, 0.45, 0.1] is refused: poles must be 1 to 5 numbers in [-0.99, 0.99], "
            "0.1 apart; the book has poles = [0.95, 0.5, -0.6]",
        ),
        (
            "01",
            "poles=[0.5]",
            "01_setting: weights = [0.5, 0.3, 0.2] with poles = [0.5] is refused: give one weight for each "
            "pole (needs len(weights) == len(poles))",
        ),
    ],
)
def test_the_message_names_parameter_value_what_is_allowed_and_the_fix(chapter, text, message):
    with pytest.raises(UsageError) as caught:
        rerun.parse(text, source_of(chapter))
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("chapter", "text"),
    [
        ("01", "k=9 d=30"),
        ("01", "poles=[0.5] weights=[1]"),
        ("03", "scales=[0.1,0.01,0.0001,0.00001,0.000001,0.0000001]"),
        ("05", "k=12 seeds=3"),
        ("09", "attack_seeds=[242,243,244,246]"),
        ("10", "k=31 shorter=[4,8,16]"),
    ],
)
def test_a_good_set_passes(chapter, text):
    assert rerun.parse(text, source_of(chapter))


def test_a_refusal_takes_less_than_two_seconds_and_starts_no_kernel():
    asked = {"ASKED_NAME": "01_setting", "ASKED_PARAMS": "k=1"}
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "ci.make", "notebook"],
        cwd=paths.ROOT, env=os.environ | asked, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr.count("\n"), done.stdout) == (2, 1, "")
    assert time.monotonic() - began < 2 * 5  # two on a machine that does nothing else


@pytest.mark.parametrize(
    ("need", "message"),
    [
        ("__import__('os').system('true'): x", "Attribute"),
        ("open('x'): why", "open"),
        ("k >= q: why", "q"),
        ("k >= 3", "the reason after a colon"),
        ("k >=: why", "is no condition"),
        ("(lambda: k)() > 1: why", "is no condition"),
    ],
)
def test_a_condition_that_is_none_is_refused_with_its_line(notebook, need, message):
    source = notebook(f":tags: [parameters]\n\nk = 5  # 1 to 9\n# needs {need}")
    with pytest.raises(UsageError, match=r"01_small\.md:\d+: ") as caught:
        read(source)
    assert message in str(caught.value)
