# SPDX-License-Identifier: Apache-2.0
"""Python functions in jobs: what travels, what they compute, and who may run them."""

import math

import numpy as np
import pytest
from conftest import BOWL
from numpy import sqrt

import qpool
from qpool._functions import source
from qpool._packing import packed, unpacked
from qpool.function import load

SCALE = 2.5
CENTRE = np.array([0.5, -1.0])


def shifted(x):
    return x - CENTRE[:, None]


def bowl(x):
    # A comment that does not travel.
    return -SCALE * sqrt((shifted(x) ** 2).sum(axis=0)) + math.tau


JOB = {**BOWL, "utility": bowl, "samples": 8192}


def test_a_function_travels_as_text():
    text, name = source(bowl)
    assert name == "bowl" and "comment" not in text and "SCALE = 2.5" in text
    there = load("source", name, packed(text.encode()))
    x = np.random.default_rng(0).normal(size=(2, 100))
    assert np.array_equal(there(x), bowl(x))
    assert unpacked(packed(text.encode())).decode() == text


def test_a_function_gives_what_a_formula_gives():
    by_function = qpool.run(JOB)
    by_formula = qpool.run(
        {**JOB, "utility": "-2.5*sqrt((x[0] - 0.5)^2 + (x[1] + 1)^2) + 2*pi"})
    assert np.array_equal(by_function.indices, by_formula.indices)
    assert np.allclose(by_function.utilities, by_formula.utilities, rtol=0, atol=1e-12)
    assert by_function["invalid"] == 0


def test_the_same_function_is_the_same_job():
    assert qpool.Job.of(JOB).id == qpool.Job.of(JOB).id
    other = qpool.Job.of({**JOB, "utility": lambda x: x[0]})
    assert other.id != qpool.Job.of(JOB).id
    assert qpool.check(JOB).column("is_replayable") == [True]


def test_lambdas_and_closures():
    weight = 3
    result = qpool.run({**BOWL, "utility": lambda x: x[0] - x[1], "cost": {"far": "norm(x) > 3"}})
    assert result.digest != qpool.run(BOWL).digest
    assert np.array_equal(result.values, qpool.run(BOWL).values)

    def closed(x):
        return weight * x[0]

    assert qpool.run({**BOWL, "utility": closed}).threshold > 0


def test_what_has_no_text_says_so_and_is_pickled():
    pytest.importorskip("cloudpickle")

    class Model:
        def __init__(self):
            self.weights = np.array([1.0, -1.0])

        def __call__(self, x):
            return self.weights @ x

    model = Model()

    def utility(x):
        return model(x)

    with pytest.raises(ValueError, match="uses model, a Model.*qpool.pickled"):
        qpool.Job.of({**BOWL, "utility": utility})
    by_pickle = qpool.run({**BOWL, "utility": qpool.pickled(utility)})
    assert np.array_equal(by_pickle.values, qpool.run(BOWL).values)


def test_a_function_that_fails_says_why():
    def broken(x):
        raise ArithmeticError("no such luck")

    with pytest.raises(qpool.JobFailed, match="no such luck"):
        qpool.run({**BOWL, "utility": broken})


def test_a_function_too_large_is_refused():
    table = list(np.random.default_rng(0).normal(size=40000))

    def heavy(x):
        return x[0] * table[0]

    with pytest.raises(ValueError, match="put it into a file of its own"):
        qpool.Job.of({**BOWL, "utility": heavy})


def test_a_pool_runs_a_function_where_its_operator_allows_it(bare_pool):
    pool = qpool.Pool(bare_pool.endpoint)
    bare_pool.add_worker("--allow-process", "python3 -m qpool.function source *")
    while len(pool.workers()) == 0:
        pass
    there = pool.run(JOB, progress=False)
    assert there.digest == qpool.run(JOB).digest
    # By pickle it is another command, which this worker does not allow.
    with pytest.raises(qpool.QpoolError, match="no worker may run"):
        pool.run({**BOWL, "utility": qpool.pickled(bowl)}, progress=False)
    bare_pool.add_worker("--allow-process", "python3 -m qpool.function pickle *")
    while len(pool.workers()) == 1:
        pass
    by_pickle = pool.run({**JOB, "utility": qpool.pickled(bowl)}, progress=False)
    assert np.array_equal(by_pickle.values, there.values)
