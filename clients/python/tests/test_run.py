# SPDX-License-Identifier: Apache-2.0
"""Runs on this machine: answers, progress, interruption, failures."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest
from conftest import BOWL

import qpool


def test_an_answer_has_arrays_and_is_what_the_program_says(tmp_path):
    result = qpool.run(BOWL)
    assert result.values.shape == (7, 2)
    assert np.array_equal(result.values[:, 0] - result.values[:, 1], result.utilities)
    assert result.amplification == 100 and result.threshold <= result.utilities.min()
    (tmp_path / "job.json").write_text(json.dumps(BOWL))
    said = subprocess.run(
        [qpool.program(), "run", tmp_path / "job.json", "-o", "json", "--quiet"],
        check=True, capture_output=True, text=True).stdout
    assert json.loads(said)["digest"] == result.digest
    result.save(tmp_path / "result.json")
    assert qpool.Result.load(tmp_path / "result.json").digest == result.digest
    assert result.verify(full=True)


def test_an_edited_answer_is_found_out():
    result = qpool.run(BOWL)
    edited = qpool.Result(result.text.replace('"kept": 200', '"kept": 201'))
    assert edited.text != result.text
    with pytest.raises(qpool.JobFailed):
        edited.verify()


def test_progress_comes_and_ends():
    seen = []
    # Long enough for several looks on a fast machine.
    job = {**BOWL, "samples": 1e8, "base": {"normal": {"dimension": 4}}, "utility": "norm(x)"}
    result = qpool.run(job, progress=seen.append)
    assert result["issued"] == 100_000_000
    assert seen[-1].done == 100_000_000 and seen[-1].fraction == 1 and seen[-1].stage == "done"
    assert len(seen) >= 3 and all(a.done <= b.done for a, b in zip(seen, seen[1:]))
    known = [look.threshold for look in seen if look.threshold]
    assert known and known[-1]["value"] == pytest.approx(result.threshold, rel=0.05)
    assert "threshold" in seen[-2].line() or "threshold" in seen[-1].line()


LONG = {"base": {"normal": {"dimension": 8}}, "utility": "norm(x)", "quantile": 1e-3, "samples": 3e8,
        "seed": 3}


def test_an_interrupted_run_goes_on_where_it_was(tmp_path):
    """Ctrl-C reaches Python as in a terminal, the program keeps what is done, the next call goes on."""
    script = tmp_path / "long.py"
    script.write_text(textwrap.dedent(f"""
        import sys, qpool
        try:
            qpool.run({LONG!r}, progress=lambda look: print(look.done, flush=True))
        except qpool.Interrupted as stopped:
            print("interrupted", stopped, flush=True)
            sys.exit(7)
    """))
    process = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) > 0:
            break
    # To the whole group, as a terminal does.
    os.killpg(process.pid, signal.SIGINT)
    said = process.stdout.read()
    assert process.wait() == 7, said
    assert "what is done is kept" in said
    kept = list(pathlib.Path(os.environ["XDG_STATE_HOME"], "qpool/runs").glob("*.qstate"))
    assert [path.stem for path in kept] == [qpool.Job.of(LONG).id]
    looks = []
    process = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout is not None
    looks.append(int(process.stdout.readline()))
    os.killpg(process.pid, signal.SIGINT)
    process.communicate()
    assert looks[0] > 0, "it goes on, it does not begin anew"


def test_the_program_ends_with_a_python_that_is_killed(tmp_path):
    """As when a notebook's kernel is restarted."""
    script = tmp_path / "long.py"
    script.write_text(
        f"import qpool\nqpool.run({LONG!r}, progress=lambda look: print(look.done, flush=True))\n")
    process = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    assert len(children) == 1
    process.kill()
    process.wait()
    for _ in range(200):
        status = pathlib.Path(f"/proc/{children[0]}/stat")
        if not status.exists() or status.read_text().split()[2] == "Z":
            break
        time.sleep(0.1)
    else:
        raise AssertionError("the program goes on")


def test_a_state_of_ones_own_stays_and_is_extended(tmp_path):
    state = tmp_path / "mine.qstate"
    first = qpool.run(BOWL, state=state)
    assert state.exists()
    extended = subprocess.run(
        [qpool.program(), "extend", state, "--samples", "40000", "-o", "json", "--quiet"],
        check=True, capture_output=True, text=True).stdout
    assert json.loads(extended)["issued"] == 40000 and first["issued"] == 20000


def test_nothing_is_left_behind_by_a_run_that_ended():
    qpool.run(BOWL)
    assert not list(pathlib.Path(os.environ["XDG_STATE_HOME"], "qpool/runs").iterdir())


def test_a_job_that_keeps_nothing_runs_too():
    result = qpool.run({"base": {"normal": {}}, "utility": "x[0]", "quantile": 1e-6,
                        "method": "splitting", "draws": 2})
    assert result["certificate"]["amplification"] >= 1e6


def test_failures_are_exceptions(monkeypatch, tmp_path):
    with pytest.raises(qpool.JobError) as caught:
        qpool.run({"base": "normall", "utility": "x[0]", "quantile": 0.1})
    assert caught.value.problems and "did you mean" in str(caught.value)
    with pytest.raises(qpool.UsageError, match="threads"):
        qpool.run(BOWL, threads=0)
    monkeypatch.setenv("QPOOL", str(tmp_path / "nothing"))
    with pytest.raises(qpool.ProgramMissing):
        qpool.run(BOWL)


def test_warnings_of_the_job_are_shown():
    # Nothing is seen of the event by so few plain samples.
    found = qpool.estimate(
        {"base": "normal", "samples": 1000}, event="x[0] > 8", method="plain")
    assert found.p == 0 and found.interval[0] == 0 and found.interval[1] > 0
    assert "warning" in repr(found) or not found.warnings


@pytest.mark.parametrize("module", ["_errors", "_values", "_frames", "_job", "_composed", "_results",
                                    "_verbs", "_program", "_functions", "_pool"])
def test_examples_of_the_documentation_run(module, tmp_path, monkeypatch):
    import doctest
    import importlib

    monkeypatch.chdir(tmp_path)
    found = importlib.import_module(f"qpool.{module}")
    outcome = doctest.testmod(found, optionflags=doctest.IGNORE_EXCEPTION_DETAIL)
    assert outcome.failed == 0


def test_the_package_says_what_it_shows():
    import doctest

    assert doctest.testmod(qpool).failed == 0


def test_imports_stay_light():
    """Frames, plots and notebooks are imported when they are asked for."""
    started = time.monotonic()
    said = subprocess.run(
        [sys.executable, "-c", "import sys, qpool; print(*sys.modules)"], check=True,
        capture_output=True, text=True).stdout.split()
    assert not {"pandas", "polars", "pyarrow", "matplotlib", "IPython", "cloudpickle"} & set(said)
    assert time.monotonic() - started < 20
