# SPDX-License-Identifier: Apache-2.0
"""How a job is answered: a function for each method. Written by tools/declare.py from what `qpool schema`
says; `ops/reference` writes it anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from ._values import BaseLike, Formula, Method, Number, given

__all__ = [
    "auto", "band", "best_of_n", "cross_entropy", "exact", "impact", "importance",
    "minimax", "plain", "screened", "splitting", "threshold", "tilt",
]


def exact() -> Method:
    """Keeps the best ⌈qN⌉ of N samples, and draws among them without replacement: the default.

    Example:
        >>> qpool.method.exact()
    """
    return Method({"exact": given()})


def best_of_n(
    *, n: Number | None = None,
) -> Method:
    """Every draw is the best of its own n samples.

    Args:
        n: Samples a group. Not given: `samples`, or 1/`quantile`. At least 1, at most
            9007199254740992.

    Example:
        >>> qpool.method.best_of_n(n=16)
    """
    return Method({"best-of-n": given(
        n=n)})


def threshold(
    *, value: Number | None = None,
    pilot: Number | None = None,
    maximum: Number | None = None,
) -> Method:
    """Takes fresh samples until the draws asked for reach a level: they are independent.

    Args:
        value: The level to reach; then there is no `quantile`. Not given: a pilot finds it.
            Unit: utility.
        pilot: Samples that find the level. Not given: 1,000/`quantile`, at least 100,000.
            Unit: samples. At least 1, at most 9007199254740992.
        maximum: The most samples it may take; also the job's `samples`. Not given:
            `samples`; else enough for the draws, or 1e9 with `value`. Unit: samples. At
            least 1, at most 9007199254740992.

    Example:
        >>> qpool.method.threshold(value=2.5)
    """
    return Method({"threshold": given(
        value=value, pilot=pilot, maximum=maximum)})


def splitting(
    *, particles: Number | None = None,
    islands: Number | None = None,
    levels: Number | None = None,
    moves: Number | None = None,
    chain: Number | None = None,
) -> Method:
    """Small quantiles in about log(1/q) work: islands of particles go down level by level.

    Args:
        particles: Particles of an island. A power of two. At least 256, at most 65536.
            Default 2048.
        islands: Islands that answer; of an event with `moves` 10 by default. Of an event 20
            by default. At least 1, at most 4096. Default 4.
        levels: The share of the particles that a level keeps. Of an event 0.125 by default.
            At least 0.02, at most 0.8. Default 0.2.
        moves: Moves of every particle after each level. Of an event a `chain` by default.
            At least 1, at most 64. Default 4.
        chain: In place of `moves`, particles of a chain that a survivor heads, all of which
            stay. Of an event alone. A power of two. At least 2, at most 64. Default 8.

    Example:
        >>> qpool.method.splitting(particles=4096, islands=8)
    """
    return Method({"splitting": given(
        particles=particles, islands=islands, levels=levels, moves=moves, chain=chain)})


def importance(
    *, proposal: BaseLike,
    defensive: Number | None = None,
    samples: Number | None = None,
) -> Method:
    """Samples a proposal in place of the base, and weighs what it gives.

    Args:
        proposal: A base to sample in place of the job's, as `{ normal: { mean: [3, 0] } }`.
        defensive: The share of the samples that come from the base itself, so that no
            weight is above its inverse. At least 0.001, at most 0.9. Default 0.1.
        samples: Samples of the pilot, and again of the run that answers. At least 256, at
            most 4194304. Default 8192.

    Example:
        >>> qpool.method.importance(proposal={'normal': {'mean': [3, 0]}})
    """
    return Method({"importance": given(
        proposal=proposal, defensive=defensive, samples=samples)})


def cross_entropy(
    *, components: Number | None = None,
    family: Literal["auto", "independent", "full", "direction"] | None = None,
    elite: Number | None = None,
    round: Number | None = None,
    defensive: Number | None = None,
    samples: Number | None = None,
) -> Method:
    """Importance sampling whose proposal is found by itself, over the noise of any base.

    Args:
        components: Gaussians in the proposal. At least 1, at most 8. Default 1.
        family: What the Gaussians look like: `auto` is `full` up to 16 slots of noise,
            `direction` beyond. Default "auto".
        elite: The share of a round that the next proposal follows. At least 0.01, at most
            0.5. Default 0.1.
        round: Samples a round of fitting. Not given: 2048, or 32 a slot of noise where that
            is more. At least 256, at most 4194304.
        defensive: The share of the samples that come from the base itself, so that no
            weight is above its inverse. At least 0.001, at most 0.9. Default 0.1.
        samples: Samples of the pilot, and again of the run that answers. At least 256, at
            most 4194304. Default 8192.

    Example:
        >>> qpool.method.cross_entropy(components=2)
    """
    return Method({"cross-entropy": given(
        components=components, family=family, elite=elite, round=round,
        defensive=defensive, samples=samples)})


def screened(
    *, screen: Formula | None = None,
    survivors: Number | None = None,
    audit: Number | None = None,
    stages: Sequence[Mapping[str, Any]] | None = None,
) -> Method:
    """Ranks all samples by a cheap first utility, and evaluates the utility on the best alone.

    Args:
        screen: The cheap first utility. Not given: required, but with `stages`.
        survivors: Samples on which the utility is evaluated: a share of all, or so many.
            Not given: required, but with `stages`.
        audit: Samples screened out that are evaluated all the same, on average. At least 0,
            at most 4194304. Default 1000.
        stages: Of texts, in place of the others: where they are ranked on their way. Not
            given: none.

    Example:
        >>> qpool.method.screened(screen='x[0]', survivors=0.1, audit=1000)
    """
    return Method({"screened": given(
        screen=screen, survivors=survivors, audit=audit, stages=stages)})


def band(
    *, cut: Number,
) -> Method:
    """Draws between two quantiles: the top `quantile` without the top `cut`.

    Args:
        cut: The upper quantile, below the job's `quantile`. Above 0, below 1.

    Example:
        >>> qpool.method.band(cut=0.01)
    """
    return Method({"band": given(
        cut=cut)})


def tilt(
    *, beta: Number | None = None,
    divergence: Number | None = None,
    pilot: Number | None = None,
    cap: Number | None = None,
) -> Method:
    """Draws by the weight exp(U/β), capped.

    Args:
        beta: β of the weight exp(U/β). Not given: `divergence`. Unit: utility. Above 0.
        divergence: How far the law goes from the base; a pilot finds β. Not given: `beta`.
            Unit: nats. Above 0.
        pilot: Samples that find the level, or β. At least 256, at most 4194304. Default
            65536.
        cap: The share of the weight lost at the top: of a tilt without `quantile`, of
            minimax above order 1. Above 0, at most 0.5. Default 0.01.

    Example:
        >>> qpool.method.tilt(beta=0.5)
    """
    return Method({"tilt": given(
        beta=beta, divergence=divergence, pilot=pilot, cap=cap)})


def minimax(
    *, epsilon: Number | Mapping[str, Any],
    order: Number | None = None,
    pilot: Number | None = None,
    cap: Number | None = None,
) -> Method:
    """Finds the quantile from how far the utility may overstate the true one.

    Args:
        epsilon: How far the utility may overstate the true one, in the norm of `order`; or
            what it is measured by. Unit: utility.
        order: s of the L^s norm; 1 is the quantilizer. At least 1, at most 15. Default 1.
        pilot: Samples that find the level, or β. At least 256, at most 4194304. Default
            65536.
        cap: The share of the weight lost at the top: of a tilt without `quantile`, of
            minimax above order 1. Above 0, at most 0.5. Default 0.01.

    Example:
        >>> qpool.method.minimax(epsilon=0.1)
    """
    return Method({"minimax": given(
        epsilon=epsilon, order=order, pilot=pilot, cap=cap)})


def impact(
    *, of: Formula,
    width: Number | None = None,
) -> Method:
    """Caps the law of one variable in place of the law of actions.

    Args:
        of: The variable whose law is capped.
        width: Of the variable's bins. Not given: each value is a cell, at most 65,536.
            Unit: the variable. Above 0.

    Example:
        >>> qpool.method.impact(of='x[0]', width=0.5)
    """
    return Method({"impact": given(
        of=of, width=width)})


def plain() -> Method:
    """Counts base samples, the job's `samples` of them (1e6): the default of events.

    Example:
        >>> qpool.method.plain()
    """
    return Method({"plain": given()})


def auto(
    *, budget: Number | None = None,
) -> Method:
    """Chooses among the others, from the job alone, by a budget of evaluations.

    Args:
        budget: What may be spent. Not given: 1e7, or 1e5 where a utility is a plugin. Unit:
            evaluations. At least 1, at most 9007199254740992.

    Example:
        >>> qpool.method.auto(budget=1000000.0)
    """
    return Method({"auto": given(
        budget=budget)})
