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


@pytest.mark.parametrize("file", ["_declared.py", "method.py", "analysis.py"])
def test_declarations_are_those_of_the_program(file):
    """The file is what `tools/declare.py` writes today; run `ops/reference` where it is not."""
    tool = ROOT / "clients/python/tools/declare.py"
    written = subprocess.run(
        ["python3", tool, "--print", file], check=True, capture_output=True, text=True).stdout
    assert written == (ROOT / "clients/python/src/qpool" / file).read_text()


@pytest.mark.parametrize("kind", ["method", "analysis"])
def test_every_method_and_analysis_has_a_function(kind):
    schema = json.loads(subprocess.run(
        [qpool.program(), "schema"], check=True, capture_output=True, text=True).stdout)
    parts = {name.split(".", 1)[1]: part for name, part in schema["$defs"].items()
             if name.startswith(kind + ".")}
    assert len(parts) >= 4
    for name, part in parts.items():
        function = getattr(getattr(qpool, kind), name.replace("-", "_"))
        assert function.__doc__ and "Example:" in function.__doc__
        wanted = {key for key, value in part["properties"].items()
                  if "/properties/" not in value.get("$ref", "")}
        assert set(inspect.signature(function).parameters) == wanted, name


@pytest.mark.parametrize("name", [n for n in qpool.method.__all__])
def test_the_example_of_each_method_is_a_method(name):
    example = getattr(qpool.method, name).__doc__.split(">>> ")[1].strip()
    made = eval(example)
    assert isinstance(made, qpool.method.Method)
    keys = {"utility": "x[0]"}
    if name == "plain":
        keys |= {"event": "x[0] > 3"}
    elif name not in ("minimax", "best_of_n", "threshold"):
        keys |= {"quantile": 0.05}
    base = qpool.normal(dimension=2)
    job = qpool.Job(base, method=made, **keys)
    # As the job file writes it.
    assert job == qpool.Job(base, method=made.node, **keys)
    assert job.method == name.replace("_", "-") or name == "auto"


def test_methods_are_checked_by_their_types_and_by_the_program():
    with pytest.raises(TypeError, match="unexpected keyword argument 'particels'"):
        qpool.method.splitting(particels=4096)
    with pytest.raises(qpool.JobError, match="power of two from 256 to 65536"):
        qpool.Job(qpool.normal(), utility="x[0]", quantile=1e-6,
                  method=qpool.method.splitting(particles=1000))
    job = qpool.Job(
        qpool.normal(), event="x[0] > 3", utility="x[0]", attack=qpool.analysis.attack(kl=2, rounds=4))
    assert job.method == "attack" and job.normalised["attack"]["rounds"] == 4


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
