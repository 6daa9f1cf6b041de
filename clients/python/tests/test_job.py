# SPDX-License-Identifier: Apache-2.0
"""Jobs: built from the declarations, checked by the program, NumPy values taken."""

import inspect
import json
import pathlib
import subprocess

import numpy as np
import pytest

import qpool

ROOT = pathlib.Path(__file__).resolve().parents[3]


def test_declarations_are_those_of_the_program():
    """`_declared.py` is what `tools/declare.py` writes today; run `ops/reference` where it is not."""
    tool = ROOT / "clients/python/tools/declare.py"
    written = subprocess.run(
        ["python3", tool, "--print"], check=True, capture_output=True, text=True).stdout
    assert written == (ROOT / "clients/python/src/qpool/_declared.py").read_text()


def test_every_base_has_a_function():
    schema = json.loads(subprocess.run(
        [qpool.program(), "schema"], check=True, capture_output=True, text=True).stdout)
    names = [key[5:] for key in schema["$defs"] if key.startswith("base.")]
    assert len(names) > 30
    for name in names:
        function = getattr(qpool, name.replace("-", "_"))
        assert function.__doc__ and "Example:" in function.__doc__
        wanted = {key for key, value in schema["$defs"]["base." + name].get("properties", {}).items()
                  if "/properties/" not in value.get("$ref", "")}
        if name not in ("product", "mixture"):
            assert set(inspect.signature(function).parameters) == wanted, name


def test_numpy_values_are_taken():
    covariance = np.array([[2.0, 0.5], [0.5, 1.0]], dtype=np.float32)
    job = qpool.Job(
        qpool.normal(mean=np.zeros(2), covariance=covariance), utility="x[0]",
        quantile=np.float64(0.25), samples=np.int64(4096), draws=np.uint8(3), seed=np.int32(5))
    result = qpool.run(job)
    assert result.values.shape == (3, 2) and result.values.dtype == float
    assert result["job"]["samples"] == 4096 and result["job"]["seed"] == 5
    assert job.node["base"]["normal"]["covariance"] == [[2.0, 0.5], [0.5, 1.0]]


def test_the_id_is_that_of_the_result_and_names_do_not_matter():
    one = qpool.Job(qpool.normal(dimension=2, sd=3), utility="x[0]", quantile=0.01)
    other = qpool.Job.of({"base": {"gaussian": {"size": 2, "sigma": 3}}, "utility": "x[0]",
                          "quantile": "1%"})
    assert one.id == other.id and one == other
    assert qpool.run(one).id == one.id
    assert qpool.run(one).job == one
    assert one.replace(seed=1).id != one.id


def test_what_is_wrong_is_said_with_its_place():
    with pytest.raises(qpool.JobError) as caught:
        qpool.Job.of({"base": {"normal": {"dimensoin": 2}}, "utility": "x[0]", "quantil": 1})
    error = caught.value
    assert error.status == 2
    by_path = {problem.path: problem for problem in error.problems}
    assert len(error.problems) == 3, error.problems
    # Of a key that there is not, and what was meant.
    assert any(problem.suggestion == "dimension" for problem in error.problems)
    assert any(problem.suggestion == "quantile" for problem in error.problems)
    assert any(path.startswith("base.normal") for path in by_path)
    assert "did you mean `dimension`?" in str(error)


def test_a_files_problems_have_the_files_lines(tmp_path):
    file = tmp_path / "job.yaml"
    file.write_text("name: mine\nbase: { normal: { sd: -1 } }\nutility: x[0]\nquantile: 1%\n")
    with pytest.raises(qpool.JobError) as caught:
        qpool.Job.load(file)
    (problem,) = caught.value.problems
    assert problem.line == 2 and problem.path == "base.normal.sd" and "job.yaml:2:" in str(problem)


def test_a_file_is_a_job_with_its_tables(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/rows.csv").write_text("a,b\n1,2\n3,4\n")
    (tmp_path / "job.yaml").write_text(
        "base: { empirical: { file: data/rows.csv } }\nutility: a\nquantile: 50%\nsamples: 1000\n")
    job = qpool.Job.load(tmp_path / "job.yaml")
    result = qpool.run(job.replace(draws=4))
    assert result.draws.columns[2:4] == ["a", "b"] and set(result.draws.column("a")) == {3}
    assert qpool.run(tmp_path / "job.yaml").id == job.id


def test_rows_of_arrays_and_frames():
    pandas = pytest.importorskip("pandas")
    rng = np.random.default_rng(1)
    data = rng.normal(size=(500, 2))
    keys = {"utility": "height", "quantile": 0.1, "samples": 2000, "draws": 20}
    by_array = qpool.run({"base": qpool.rows(data, columns=["height", "width"]), **keys})
    frame = pandas.DataFrame({"height": data[:, 0], "width": data[:, 1]})
    by_frame = qpool.run({"base": qpool.rows(frame), **keys})
    assert np.array_equal(by_array.values, by_frame.values)
    known = {tuple(row) for row in data}
    assert all(tuple(row) in known for row in by_array.values)


def test_mixtures_and_products():
    base = qpool.mixture((0.9, qpool.normal()), (0.1, qpool.normal(mean=4)), labels=["good", "bad"])
    job = qpool.Job(
        base, utility="x[0]", quantile=0.1, samples=10000, audit={"components": True})
    found = qpool.run(job)
    assert isinstance(found, qpool.Audit) and len(found.table) == 2
    assert qpool.Job(
        qpool.product(a=qpool.normal(), b=qpool.student_t(df=3)), utility="a + b", quantile=0.5
    ).normalised["base"]["product"]["b"] == {"student-t": {"df": 3}}


def test_what_json_cannot_hold_is_refused_by_type():
    with pytest.raises(TypeError, match="cannot hold a complex"):
        qpool.normal(mean=3j)


@pytest.mark.parametrize("name", [n for n in qpool._declared.BASES if n not in ("empirical", "text")])
def test_the_example_of_each_base_is_a_base(name):
    example = getattr(qpool, name).__doc__.split(">>> ")[1].strip()
    job = qpool.Job(eval(example), utility="1", quantile=0.5, samples=256)
    assert name.replace("_", "-") in job.normalised["base"]
