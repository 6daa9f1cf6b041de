# SPDX-License-Identifier: Apache-2.0
"""Questions beside draws: a function for each analysis. Written by tools/declare.py from what `qpool schema`
says; `ops/reference` writes it anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from ._values import BaseLike, Formula, Formulas, Number, Numbers, Settings, given

__all__ = [
    "attack", "audit", "search", "sweep",
]


def sweep(
    *, quantiles: Numbers | Mapping[str, Any] | None = None,
    over: Mapping[str, Any] | None = None,
    value: str | None = None,
    reference: str | None = None,
) -> Settings:
    """What does every quantile give, at every setting of the base?

    Args:
        quantiles: The quantiles, as a list or by their ends. Not given: 1e-4 to 1 in 25
            steps.
        over: Settings of the base, as `base.normal.sd`, or the `context` of a text base.
            Not given: the base as it is.
        value: The name of the cost that is what is wanted in truth. Not given: the utility.
        reference: A setting of `over` with whose base costs are compared. Not given: none.

    Example:
        >>> qpool.analysis.sweep(quantiles={'from': 0.0001, 'to': 1, 'steps': 25})
    """
    return Settings(given(
        quantiles=quantiles, over=over, value=value, reference=reference))


def audit(
    *, harm: Formulas | None = None,
    labels: Mapping[str, Any] | None = None,
    components: bool | None = None,
) -> Settings:
    """What do base draws say about the risk of the output?

    Args:
        harm: A formula that is true of harm, or names with formulas, counted over base
            samples. Not given: nothing is counted.
        labels: Base draws that somebody looked at. Not given: none.
        components: The shares of a mixture's components. Default false.

    Example:
        >>> qpool.analysis.audit(harm='x[0] > 5')
    """
    return Settings(given(
        harm=harm, labels=labels, components=components))


def attack(
    *, kl: Number,
    rounds: Number | None = None,
    components: Number | None = None,
    family: Literal["auto", "independent", "full", "direction"] | None = None,
    elite: Number | None = None,
    round: Number | None = None,
    defensive: Number | None = None,
    samples: Number | None = None,
) -> Settings:
    """Which shift of the base, within a budget, makes an `event` most likely?

    Args:
        kl: The divergence allowed. Unit: nats. Above 0, at most 1000.
        rounds: Steps after the climb to the event. At least 2, at most 60. Default 12.
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
        >>> qpool.analysis.attack(kl=2, rounds=12)
    """
    return Settings(given(
        kl=kl, rounds=rounds, components=components, family=family, elite=elite,
        round=round, defensive=defensive, samples=samples))


def search(
    *, parameters: Mapping[str, Any],
    criterion: Formula,
    by: Literal["evolution", "random"] | None = None,
    generations: Number | None = None,
    population: Number | None = None,
    sigma: Number | None = None,
    rate: Number | None = None,
    samples: Number | None = None,
    replicates: Number | None = None,
    shifted: BaseLike | None = None,
) -> Settings:
    """Which parameters of a reward do well by a criterion that its quantilizer never sees?

    Args:
        parameters: Free names of the utility, the reward, with their ranges.
        criterion: A formula that judges what was selected; it sees neither the parameters
            nor the reward.
        by: How the next candidates are chosen. Default "evolution".
        generations: Rounds of candidates. At least 1, at most 150. Default 20.
        population: Candidates a round, an even number. At least 2, at most 1024. Default
            32.
        sigma: Of evolution, the spread of candidates, as a share of a range; a tenth of
            that in the end. Above 0, at most 1. Default 0.15.
        rate: Of evolution, the length of a step, in spreads. Above 0, at most 10. Default
            1.
        samples: Samples of an inner quantilizer. At least 256, at most 1048576. Default
            4096.
        replicates: Fresh sets of samples for what is reported. At least 2, at most 1024.
            Default 32.
        shifted: A base where something changed, on which the last parameters are tried too.
            Not given: none.

    Example:
        >>> qpool.analysis.search(parameters={'w': [0, 1]}, criterion='value')
    """
    return Settings(given(
        parameters=parameters, criterion=criterion, by=by, generations=generations,
        population=population, sigma=sigma, rate=rate, samples=samples,
        replicates=replicates, shifted=shifted))
