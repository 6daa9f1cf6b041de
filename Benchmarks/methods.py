#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Evaluations of the utility that draws from the top q take, by method, problem and q.

    python3 Benchmarks/methods.py [--qpool PATH] [--seeds 5] [--draws 100] [--only NAME] [--small]
                                  [--quantiles 1e-3,1e-6,1e-9] [--method NAME] [--log FILE]

Prints a Markdown table. Each cell: mean evaluations, the share of the draws that the gate made base
draws, runs with a warning about the weights or islands. `--small` takes fewer particles and samples,
enough for one draw; `--log` writes a line of JSON a run. Needs a built qpool and Python 3.9, nothing else; rivals/subset.py puts OpenTURNS beside it.
"""
import argparse
import json
import subprocess

R2 = "sqrt(2)"


def normal(dimension):
    return {"normal": {"dimension": dimension}}


# Five hills of one weight each, in the plane, the utility the distance from the origin's far side.
MIXTURE = {"mixture": [
    {"weight": w, "label": f"m{i}", "normal": {"mean": m, "sd": s}}
    for i, (w, m, s) in enumerate([(4, [0, 0], 1), (2, [3, 0], 0.5), (2, [0, 3], 0.5),
                                   (1, [-3, -3], 0.7), (1, [2, 2], 0.3)])]}
# name, base, utility, components of the several-component proposal
PROBLEMS = [
    ("linear, d=10", normal(10), "sum(x)/sqrt(10)", 1),
    ("linear, d=100", normal(100), "sum(x)/10", 1),
    ("RP22", normal(2), f"-(2.5 - (x[0]+x[1])/{R2} + 0.1*(x[0]-x[1])^2)", 2),
    ("RP25", normal(2), "-max(x[0]^2 - 8*x[1] + 16, -16*x[0] + x[1] + 32)", 1),
    ("RP31", normal(2), "-(2 - x[1] + (4*x[0])^4)", 2),
    ("RP107", normal(10), "sum(x) - 5*sqrt(10)", 1),
    ("four-branch", normal(2),
     f"max(max((x[0]+x[1])/{R2}, -(x[0]+x[1])/{R2}) - 3 - 0.1*(x[0]-x[1])^2, "
     f"max(x[0]-x[1], x[1]-x[0]) - 7/{R2})", 4),
    ("chi-squared, d=10", normal(10), "sum(x^2)", 8),
    ("chi-squared, d=100", normal(100), "sum(x^2)", 1),
    ("mixture of 5, d=2", MIXTURE, "x[0] + x[1]", 4),
    ("10 binomials(20, 0.3)",
     {"binomial": {"trials": 20, "probability": 0.3, "dimension": 10}}, "sum(x)", 1),
    ("20 categoricals",
     {"categorical": {"values": [0, 1, 5], "weights": [6, 3, 1], "dimension": 20}}, "sum(x)", 1),
    # The slope leads away from the best place, a narrow hill on the other side.
    ("misleading slope", normal(2),
     "max(-x[0], 40*exp(-20*((x[0]-3)^2 + (x[1]-3)^2)))", 2),
]
SMALL = {"splitting": {"particles": 512}, "cross-entropy": {"samples": 1024, "round": 1024}}
# Warnings that say a draw may be poor; copies among the draws are not counted.
POOR = {"low-ess", "heavy-weight", "pareto-tail", "level-unreached", "fell-back",
        "few-ancestors", "weights-vary", "low-acceptance", "pilot-stopped-short"}


def run(qpool, problem, quantile, method, seed, draws, log):
    name, base, utility, _ = problem
    job = {"seed": seed, "base": base, "utility": utility, "quantile": quantile, "draws": draws,
           "method": method}
    out = subprocess.run([qpool, "run", "-", "-o", "json", "--quiet"], input=json.dumps(job),
                         capture_output=True, text=True)
    if out.returncode != 0:
        raise SystemExit(f"{name}: {out.stderr}")
    result = json.loads(out.stdout)
    codes = {w["code"] for w in result["warnings"]}
    fallback = result["certificate"]["fallback"]
    if log:
        line = {"problem": name, "q": quantile, "method": method, "seed": seed,
                "evaluations": result["evaluations"], "fallback": fallback,
                "threshold": result["threshold"], "warnings": sorted(codes),
                "diagnostics": result["diagnostics"]}
        log.write(json.dumps(line) + "\n")
        log.flush()
    return result["evaluations"], fallback, bool(codes & POOR)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--qpool", default=".build/release/qpool")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--only", default="")
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--quantiles", default="1e-3,1e-6,1e-9")
    parser.add_argument("--method", default="", help="one of splitting, cross-entropy")
    parser.add_argument("--log")
    options = parser.parse_args()
    log = open(options.log, "a") if options.log else None
    print("| problem | q | 1/q | splitting | cross-entropy | with several components |")
    print("|---|---|---|---|---|---|")
    for problem in PROBLEMS:
        if options.only not in problem[0]:
            continue
        for quantile in map(float, options.quantiles.split(",")):
            methods = [("splitting", {}), ("cross-entropy", {})]
            if problem[3] > 1:
                methods.append(("cross-entropy", {"components": problem[3]}))
            cells = []
            for name, settings in methods:
                if options.method not in name:
                    cells.append("")
                    continue
                method = {name: dict(SMALL[name] if options.small else {}, **settings)}
                runs = [run(options.qpool, problem, quantile, method, seed, options.draws, log)
                        for seed in range(options.seeds)]
                mean = sum(r[0] for r in runs) / len(runs)
                falls = 100 * sum(r[1] for r in runs) / len(runs)
                warned = sum(r[2] for r in runs)
                cells.append(f"{mean:,.0f} ({falls:.3g} %, {warned})")
            while len(cells) < 3:
                cells.append("")
            print(f"| {problem[0]} | {quantile:g} | {1 / quantile:.0e} | " + " | ".join(cells)
                  + " |", flush=True)


if __name__ == "__main__":
    main()
