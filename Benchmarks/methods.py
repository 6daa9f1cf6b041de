#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Evaluations of the utility that 100 draws from the top q take, by method, problem and q.

    python3 Benchmarks/methods.py [--qpool PATH] [--seeds 10] [--only NAME]

Prints a Markdown table. Each cell: mean evaluations, runs in which the gate gave base draws, runs with
a warning about the weights or islands. Needs a built qpool and Python 3.9, nothing else.
"""
import argparse
import json
import subprocess

R2 = "sqrt(2)"
PROBLEMS = [
    ("linear, d=10", 10, "sum(x)/sqrt(10)", 1),
    ("linear, d=100", 100, "sum(x)/10", 1),
    ("RP22", 2, f"-(2.5 - (x[0]+x[1])/{R2} + 0.1*(x[0]-x[1])^2)", 2),
    ("RP25", 2, "-max(x[0]^2 - 8*x[1] + 16, -16*x[0] + x[1] + 32)", 1),
    ("RP31", 2, "-(2 - x[1] + (4*x[0])^4)", 2),
    ("RP107", 10, "sum(x) - 5*sqrt(10)", 1),
    ("four-branch", 2,
     f"max(max((x[0]+x[1])/{R2}, -(x[0]+x[1])/{R2}) - 3 - 0.1*(x[0]-x[1])^2, "
     f"max(x[0]-x[1], x[1]-x[0]) - 7/{R2})", 4),
    ("chi-squared, d=10", 10, "sum(x^2)", 8),
    ("chi-squared, d=100", 100, "sum(x^2)", 1),
]
# Warnings that say a draw may be poor; copies among the draws are not counted.
POOR = {"low-ess", "heavy-weight", "pareto-tail", "level-unreached", "fell-back",
        "few-ancestors", "weights-vary", "low-acceptance", "pilot-stopped-short"}


def run(qpool, problem, quantile, method, seed):
    name, dimension, utility, _ = problem
    job = {"seed": seed, "base": {"normal": {"dimension": dimension}}, "utility": utility,
           "quantile": quantile, "draws": 100, "method": method}
    out = subprocess.run([qpool, "run", "-", "-o", "json", "--quiet"], input=json.dumps(job),
                         capture_output=True, text=True)
    if out.returncode != 0:
        raise SystemExit(f"{name}: {out.stderr}")
    result = json.loads(out.stdout)
    codes = {w["code"] for w in result["warnings"]}
    return result["evaluations"], result["certificate"]["fallback"], bool(codes & POOR)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--qpool", default=".build/release/qpool")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    print("| problem | q | splitting | cross-entropy, 1 component | several |")
    print("|---|---|---|---|---|")
    for problem in PROBLEMS:
        if options.only not in problem[0]:
            continue
        for quantile in (1e-3, 1e-6, 1e-9):
            methods = ["splitting", "cross-entropy"]
            if problem[3] > 1:
                methods.append({"cross-entropy": {"components": problem[3]}})
            cells = []
            for method in methods:
                runs = [run(options.qpool, problem, quantile, method, seed)
                        for seed in range(options.seeds)]
                mean = sum(r[0] for r in runs) / len(runs)
                falls = int(sum(r[1] for r in runs))
                warned = sum(r[2] for r in runs)
                cells.append(f"{mean:,.0f} ({falls}, {warned})")
            while len(cells) < 3:
                cells.append("")
            print(f"| {problem[0]} | {quantile:g} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
