# SPDX-License-Identifier: Apache-2.0
"""What every family of truth.py is made of: cases, claims, and how often claims hold.

A case is a job that is run with many seeds. What a result claims is a list of (claim, nominal, lower,
upper, truth): the claim holds where lower <= truth <= upper. A result that prints no interval claims nothing.

Starting a program costs more than most of these jobs. So a job may hold many independent copies of its problem, a
utility for each component of the base (`copies`): each is a selection of its own, with its own warnings.
"""
import concurrent.futures
import dataclasses
import hashlib
import json
import math
import os
import re
import subprocess
import typing
import zlib


@dataclasses.dataclass
class Case:
    """One problem, one job, many seeds."""
    problem: str
    kind: str
    verb: str
    job: dict
    claims: typing.Callable
    runs: int
    # What it is run for, by which `--claim` chooses.
    name: str = ""
    # Warnings that say nothing of an interval.
    beside: frozenset = frozenset({"draws-repeat", "fell-back", "over-budget"})
    # How many selections of a result are independent copies of the problem.
    copies: int = 1


@dataclasses.dataclass
class Count:
    """How often one claim of one case held."""
    claim: str
    problem: str
    kind: str
    nominal: float
    runs: int = 0
    printed: int = 0
    held: int = 0
    warned: int = 0
    quiet: int = 0
    quiet_held: int = 0
    # Missed without a warning by more than the interval is wide.
    far: int = 0

    def add(self, lower, upper, truth, warned):
        slack = 1e-12 * max(abs(lower), abs(upper), abs(truth)) if math.isfinite(lower + upper) else 0
        held = lower - slack <= truth <= upper + slack
        self.printed += 1
        self.held += held
        self.warned += warned
        if not warned:
            self.quiet += 1
            self.quiet_held += held
            width = upper - lower
            self.far += not held and (truth > upper + width or truth < lower - width)

    @property
    def silent(self):
        return self.quiet - self.quiet_held

    def silent_share(self):
        return self.silent / self.printed if self.printed else math.nan

    def fails_in_silence(self, level=0.00135):
        """Whether more are wrong without a warning than an interval may miss, by more than three standard errors."""
        return at_most(self.printed - self.silent, self.printed, self.nominal) < level

    def share(self):
        return self.held / self.printed if self.printed else math.nan

    def error(self):
        """Of a share that is the nominal one."""
        return math.sqrt(self.nominal * (1 - self.nominal) / self.printed) if self.printed else math.nan

    def chance(self):
        """P(so few quiet intervals hold), were each to hold with the nominal probability."""
        return at_most(self.quiet_held, self.quiet, self.nominal)

    def fails(self, level=0.00135):
        """Whether quiet intervals hold too seldom, by more than three standard errors."""
        return self.quiet > 0 and self.chance() < level


def at_most(hits, trials, p):
    """P(Bin(trials, p) <= hits)."""
    if hits >= trials:
        return 1.0
    logs = [math.lgamma(trials + 1) - math.lgamma(j + 1) - math.lgamma(trials - j + 1)
            + j * math.log(p) + (trials - j) * math.log1p(-p) for j in range(hits + 1)]
    return min(1.0, math.fsum(map(math.exp, logs)))


def copied(utility, copies):
    """Utilities of one component each, with the names that warnings quote."""
    return {f"u{i}": utility.replace("x[0]", f"x[{i}]") for i in range(copies)}


def selections(result):
    """The selections of a result, each with the warnings that speak of it."""
    for part in [result, *result.get("further", [])]:
        yield part, warnings(result, part.get("utility_name"))


def warnings(result, name):
    """Codes of the warnings that name a utility, or none."""
    return {w["code"] for w in result["warnings"]
            if name is None or f"`{name}`" in w["message"] or not re.search(r"`u\d+`", w["message"])}


class Kept:
    """What was counted before by the same program, in a file of JSON lines, so that a night can be several."""

    def __init__(self, path, qpool):
        self.path, self.found = path, {}
        if path is None:
            return
        self.program = hashlib.sha256(open(qpool, "rb").read()).hexdigest()[:16]
        if os.path.exists(path):
            for line in open(path, encoding="utf-8"):
                # The last line may be a part of one.
                if line.endswith("\n"):
                    key, claims = json.loads(line)
                    self.found[key] = claims
        self.file = open(path, "a", encoding="utf-8")

    def key(self, case, number):
        job = json.dumps([case.verb, case.problem, case.job], sort_keys=True)
        return f"{self.program} {hashlib.sha256(job.encode()).hexdigest()[:16]} {number}" if self.path else None

    def add(self, key, claims):
        if self.path:
            self.file.write(json.dumps([key, claims]) + "\n")
            self.file.flush()


def run(qpool, verb, job):
    """The result document of a job, or the reason that there is none."""
    done = subprocess.run([qpool, verb, "-", "-o", "json", "--quiet", "--threads", "1"],
                          input=json.dumps(job), capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{job}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def number(value):
    """Of a document: what is not finite stands there as a word."""
    return float(value)


def count(qpool, cases, seed, processes=None, say=lambda text: None, keep=None):
    """Runs all cases; the counts by claim and problem, in order."""
    counts = {}
    tasks = [(case, number) for case in cases for number in range(math.ceil(case.runs / case.copies))]
    kept = Kept(keep, qpool)

    def one(task):
        case, number = task
        # Each problem has words of its own: else all monotone functions of a value would hold or miss together.
        word = seed + number + 10_000_000 * (zlib.crc32(f"{case.problem} {case.name}".encode()) % 10_000)
        key = kept.key(case, word)
        if key in kept.found:
            return case, key, kept.found[key], True
        result = run(qpool, case.verb, {**case.job, "seed": word})
        claims = []
        for part, codes in selections(result):
            for claim in case.claims(part):
                # Of a table of several utilities a claim says whose it is.
                own = warnings(result, claim[5]) if len(claim) > 5 else codes
                claims.append([*claim[:5], bool(own - case.beside)])
        return case, key, claims, False

    with concurrent.futures.ThreadPoolExecutor(processes or os.cpu_count()) as pool:
        for done, (case, key, claims, old) in enumerate(pool.map(one, tasks)):
            if not old:
                kept.add(key, claims)
            for claim, nominal, lower, upper, truth, warned in claims:
                key = (claim, case.problem)
                entry = counts.setdefault(key, Count(claim, case.problem, case.kind, nominal, case.runs))
                entry.add(lower, upper, truth, warned)
            if done % 200 == 199:
                say(f"{done + 1} of {len(tasks)} runs")
    return list(counts.values())


def percent(x, digits=1):
    return "" if math.isnan(x) else f"{100 * x:.{digits}f}"


def summary(counts):
    """A Markdown table, a line for each claim."""
    lines = ["| claim | nominal, % | problems | intervals | held, % | least of a problem | warned, % "
             "| quiet: held, % | wrong and silent, % | most of a problem | more than may be | far off and silent, % | quiet too low |",
             "|---|---|---|---|---|---|---|---|---|---|---|---|---|"]
    for claim in dict.fromkeys(c.claim for c in counts):
        own = [c for c in counts if c.claim == claim and c.printed]
        if not own:
            continue
        printed = sum(c.printed for c in own)
        quiet = sum(c.quiet for c in own)
        least = min(own, key=lambda c: c.share())
        most = max(own, key=lambda c: c.silent_share())
        low = [c for c in own if c.fails()]
        often = [c for c in own if c.fails_in_silence()]
        held = sum(c.quiet_held for c in own) / quiet if quiet else math.nan
        error = math.sqrt(own[0].nominal * (1 - own[0].nominal) / printed)
        lines.append(
            f"| {claim} | {percent(own[0].nominal)} | {len(own)} | {printed:,} "
            f"| {percent(sum(c.held for c in own) / printed)} ± {percent(error)} "
            f"| {percent(least.share())} ± {percent(least.error())}, {least.problem} "
            f"| {percent(sum(c.warned for c in own) / printed)} | {percent(held)} "
            f"| {percent(sum(c.silent for c in own) / printed)} "
            f"| {percent(most.silent_share())}{', ' + most.problem if most.silent else ''} "
            f"| {len(often)}{': ' + ', '.join(c.problem for c in often) if often else ''} "
            f"| {percent(sum(c.far for c in own) / printed, 2)} "
            f"| {len(low)}{': ' + ', '.join(c.problem for c in low) if low else ''} |")
    return "\n".join(lines)


def table(counts):
    """A Markdown table, a line for each count."""
    lines = ["| claim | problem | kind | intervals | held, % | warned, % | quiet: held, % | by chance so few | wrong and silent, % |",
             "|---|---|---|---|---|---|---|---|---|"]
    for c in counts:
        quiet = c.quiet_held / c.quiet if c.quiet else math.nan
        lines.append(f"| {c.claim} | {c.problem} | {c.kind} | {c.printed:,} | {percent(c.share())} ± {percent(c.error())} "
                     f"| {percent(c.warned / c.printed)} | {percent(quiet)} | {c.chance():.2g} "
                     f"| {percent(c.silent / c.printed)} |")
    return "\n".join(lines)
