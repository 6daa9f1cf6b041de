#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Splitting beside OpenTURNS' subset sampling, at the same coefficient of variation.

    pip install openturns numpy
    python3 Benchmarks/rivals/subset.py [--qpool PATH] [--seeds 40] [--own-seeds 40] [--only NAME]

Both estimate the same small probability, P(g > 0), once a seed. From the spread of log p over the seeds
comes the coefficient of variation of each; evaluations go as 1/cv², so the last columns are
evaluations for a cv of 10 %, and the ratio of splitting's to subset's; then how many of splitting's
intervals of 95 % held the truth. With S seeds a cv is known within about 1/sqrt(2S).
"""
import argparse
import json
import math
import statistics
import subprocess

import numpy
import openturns

R2 = math.sqrt(2)
F2 = "sqrt(2)"
# name, dimension, level above 0 in the event, the same in NumPy, the probability
PROBLEMS = [
    ("linear, d=10, 1e-6", 10, "sum(x)/sqrt(10) - 4.753424308822899",
     lambda x: x.sum(1) / math.sqrt(10) - 4.753424308822899, 1e-6),
    ("linear, d=100, 1e-6", 100, "sum(x)/10 - 4.753424308822899",
     lambda x: x.sum(1) / 10 - 4.753424308822899, 1e-6),
    ("linear, d=10, 1e-9", 10, "sum(x)/sqrt(10) - 5.9978070150076865",
     lambda x: x.sum(1) / math.sqrt(10) - 5.9978070150076865, 1e-9),
    ("four-branch", 2,
     f"max(max((x[0]+x[1])/{F2}, -(x[0]+x[1])/{F2}) - 3 - 0.1*(x[0]-x[1])^2, "
     f"max(x[0]-x[1], x[1]-x[0]) - 7/{F2})",
     lambda x: numpy.maximum(
         numpy.abs(x[:, 0] + x[:, 1]) / R2 - 3 - 0.1 * (x[:, 0] - x[:, 1]) ** 2,
         numpy.abs(x[:, 0] - x[:, 1]) - 7 / R2), .00222279506619444),
    ("RP22", 2, f"-(2.5 - (x[0]+x[1])/{F2} + 0.1*(x[0]-x[1])^2)",
     lambda x: (x[:, 0] + x[:, 1]) / R2 - 2.5 - 0.1 * (x[:, 0] - x[:, 1]) ** 2,
     .00420730551129962),
    ("RP25", 2, "-max(x[0]^2 - 8*x[1] + 16, -16*x[0] + x[1] + 32)",
     lambda x: -numpy.maximum(x[:, 0] ** 2 - 8 * x[:, 1] + 16, -16 * x[:, 0] + x[:, 1] + 32),
     4.14856629375975e-5),
    ("RP31", 2, "-(2 - x[1] + (4*x[0])^4)",
     lambda x: x[:, 1] - 2 - (4 * x[:, 0]) ** 4, .00322668120958769),
    ("RP107", 10, "sum(x) - 5*sqrt(10)",
     lambda x: x.sum(1) - 5 * math.sqrt(10), 2.86651571879194e-7),
]


def ours(qpool, problem, seed, method):
    name, dimension, level, _, _ = problem
    job = {"seed": seed, "base": {"normal": {"dimension": dimension}}, "event": f"({level}) > 0",
           "utility": level, "method": method}
    out = subprocess.run([qpool, "run", "-", "-o", "json", "--quiet"], input=json.dumps(job),
                         capture_output=True, text=True)
    if out.returncode != 0:
        raise SystemExit(f"{name}: {out.stderr}")
    result = json.loads(out.stdout)
    low, high = result["estimate"]["interval"]
    return result["estimate"]["p"], result["evaluations"], low <= problem[4] <= high


def subset(problem, seed, block):
    _, dimension, _, level, _ = problem
    openturns.RandomGenerator.SetSeed(seed)
    function = openturns.PythonFunction(
        dimension, 1, func_sample=lambda x: level(numpy.asarray(x)).reshape(-1, 1))
    vector = openturns.RandomVector(openturns.Normal(dimension))
    event = openturns.ThresholdEvent(
        openturns.CompositeRandomVector(function, vector), openturns.Greater(), 0.0)
    algorithm = openturns.SubsetSampling(event)
    algorithm.setMaximumOuterSampling(1000)
    algorithm.setBlockSize(block)
    before = function.getEvaluationCallsNumber()
    algorithm.run()
    del before
    p = algorithm.getResult().getProbabilityEstimate()
    calls = algorithm.getResult().getOuterSampling() * algorithm.getResult().getBlockSize()
    return p, max(calls, event.getFunction().getEvaluationCallsNumber()), None


def line(runs, truth):
    found = [p for p, _, _ in runs if p > 0]
    logs = [math.log(p / truth) for p in found]
    cv = statistics.pstdev(logs, 0.0) if len(logs) > 1 else math.inf
    cv = math.sqrt(sum(x * x for x in logs) / len(logs)) if logs else math.inf
    mean = statistics.mean(n for _, n, _ in runs)
    return mean, cv, mean * (cv / 0.1) ** 2, len(runs) - len(found)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--qpool", default=".build/release/qpool")
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--own-seeds", type=int, default=40)
    parser.add_argument("--block", type=int, default=10)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    print(f"OpenTURNS {openturns.__version__}, {options.seeds} seeds, {options.own_seeds} of ours")
    print("| problem | p | subset: evaluations, cv | splitting: evaluations, cv | "
          "at 10 %: subset | splitting | cross-entropy | splitting / subset | held |")
    print("|---|---|---|---|---|---|---|---|---|")
    for problem in PROBLEMS:
        if options.only not in problem[0]:
            continue
        seeds = range(options.own_seeds)
        rival = line(
            [subset(problem, s, options.block) for s in range(options.seeds)], problem[4])
        runs = [ours(options.qpool, problem, s, "splitting") for s in seeds]
        own = line(runs, problem[4])
        held = sum(run[2] for run in runs)
        other = line([ours(options.qpool, problem, s, "cross-entropy") for s in seeds], problem[4])
        missed = f", {rival[3]} found nothing" if rival[3] else ""
        print(f"| {problem[0]} | {problem[4]:.4g} | {rival[0]:,.0f}, {rival[1]:.1%}{missed} | "
              f"{own[0]:,.0f}, {own[1]:.1%} | {rival[2]:,.0f} | {own[2]:,.0f} | {other[2]:,.0f} | "
              f"{own[2] / rival[2]:.2f} | {held} of {len(runs)} |", flush=True)


if __name__ == "__main__":
    main()
