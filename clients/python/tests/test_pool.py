# SPDX-License-Identifier: Apache-2.0
"""A pool: a real coordinator and real workers."""

import asyncio
import time

import numpy as np
import pytest
from conftest import BOWL

import qpool

LONG = {"base": {"normal": {"dimension": 8}}, "utility": "norm(x)", "quantile": 1e-3,
        "samples": 1e11, "seed": 3}


def test_a_pool_gives_the_answer_of_this_machine(pool):
    there = qpool.Pool(pool.endpoint)
    job = there.submit(BOWL, id="mine")
    assert job.id == "mine" and there.submit(BOWL, id="mine").id == "mine"
    result = job.wait(progress=False)
    here = qpool.run(BOWL)
    assert result.digest == here.digest and np.array_equal(result.values, here.values)
    assert job.status().state == "done" and job.status().fraction == 1
    frame = there.jobs().df
    assert list(frame["id"]) == ["mine"] and list(frame["state"]) == ["done"]
    assert len(there.workers()) == 1


def test_a_job_is_awaited(pool):
    there = qpool.Pool(pool.endpoint)

    async def both():
        return await asyncio.gather(there.submit(BOWL), there.submit({**BOWL, "seed": 5}))

    one, other = asyncio.run(both())
    assert one.digest == qpool.run(BOWL).digest and other.digest != one.digest


def test_progress_wait_cancel_retry_and_forget(pool):
    there = qpool.Pool(pool.endpoint)
    job = there.submit(LONG)
    looks = []
    for look in job.progress():
        looks.append(look)
        if look.done > 0 and look.threshold:
            break
    assert looks[-1].workers == 1 and looks[-1].stage == "running"
    # Left early, the job goes on.
    assert job.status().state == "running"
    with pytest.raises(qpool.TimedOut):
        job.wait(within=0.5, progress=False)
    job.wait_for(precision=1.0, progress=False)
    with pytest.raises(qpool.Refused, match="not done yet"):
        job.result()
    job.cancel()
    assert job.status().state == "cancelled"
    with pytest.raises(qpool.Cancelled):
        job.wait(progress=False)
    job.retry()
    assert job.status().state in ("queued", "running")
    job.cancel()
    job.forget()
    assert len(there.jobs()) == 0
    with pytest.raises(qpool.UsageError):
        job.status()


def test_a_job_is_extended(pool):
    there = qpool.Pool(pool.endpoint)
    job = there.submit(BOWL)
    job.wait(progress=False)
    larger = job.extend(40000).wait(progress=False)
    assert larger["issued"] == 40000


def test_what_happened_is_told(pool):
    there = qpool.Pool(pool.endpoint)
    job = there.submit(BOWL)
    job.wait(progress=False)
    events = job.logs()
    assert len(events) >= 2 and "done" in events[len(events) - 1]["text"]
    assert events.column("number") == sorted(events.column("number"))


def test_nobody_there_is_said_at_once():
    started = time.monotonic()
    with pytest.raises(qpool.Unreachable) as caught:
        qpool.Pool("127.0.0.1:1").submit(BOWL)
    assert caught.value.status == 5 and time.monotonic() - started < 5


def test_an_unknown_job_is_said(pool):
    with pytest.raises(qpool.UsageError, match="nothing"):
        qpool.Pool(pool.endpoint).job("nothing").status()


def test_a_refused_job_says_why(pool):
    with pytest.raises(qpool.JobError):
        qpool.Pool(pool.endpoint).submit({"base": "normal", "utility": "x[0]"})
