# SPDX-License-Identifier: Apache-2.0
"""Every base that a job may draw from, and the keys of a job: written by tools/declare.py from what
`qpool schema` says. `ops/reference` writes it anew."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from ._values import Base, BaseLike, Formulas, MethodLike, Null, Number, Numbers, SettingsLike, given

BASES = (
    "beta", "binomial", "categorical", "cauchy", "chi_squared", "copula", "dirichlet",
    "discrete_uniform", "empirical", "exponential", "gamma", "generalized_extreme_value",
    "generalized_pareto", "geometric", "gumbel", "half_normal", "hypergeometric",
    "inverse_gamma", "inverse_gaussian", "laplace", "log_logistic", "logistic", "lognormal",
    "markov", "multinomial", "multivariate_student_t", "negative_binomial", "normal",
    "pareto", "poisson", "process", "rayleigh", "student_t", "text", "triangular",
    "truncated", "uniform", "weibull",
)
"""The names of the functions that make bases."""
__all__ = [
    "BASES", "JobKeys",
    "beta", "binomial", "categorical", "cauchy", "chi_squared", "copula", "dirichlet",
    "discrete_uniform", "empirical", "exponential", "gamma", "generalized_extreme_value",
    "generalized_pareto", "geometric", "gumbel", "half_normal", "hypergeometric",
    "inverse_gamma", "inverse_gaussian", "laplace", "log_logistic", "logistic", "lognormal",
    "markov", "multinomial", "multivariate_student_t", "negative_binomial", "normal",
    "pareto", "poisson", "process", "rayleigh", "student_t", "text", "triangular",
    "truncated", "uniform", "weibull",
]


def uniform(
    *, lower: Number | None = None,
    upper: Number | None = None,
    dimension: Number | None = None,
) -> Base:
    """Uniform on (lower, upper).

    Args:
        lower: The lower end. Unit: value. Default 0.
        upper: The upper end, above `lower`. Unit: value. Default 1.
        dimension: Independent components, equal in law. At least 1, at most 4096. Default
            1.

    Example:
        >>> qpool.uniform(lower=-1, upper=1)
    """
    return Base({"uniform": given(
        lower=lower, upper=upper, dimension=dimension)})


def normal(
    *, dimension: Number | None = None,
    mean: Number | Numbers | None = None,
    sd: Number | Numbers | None = None,
    covariance: Numbers | None = None,
) -> Base:
    """Normal vectors: independent components, or a covariance.

    Args:
        dimension: Components. Not given: the length of the lists, else 1. At least 1, at
            most 4096.
        mean: The means. Unit: value. Default 0.
        sd: The standard deviations. Unit: value. Default 1.
        covariance: The covariances in place of `sd`: symmetric and positive definite. Not
            given: independent components. Unit: value².

    Example:
        >>> qpool.normal(mean=[0, 1], sd=2)
    """
    return Base({"normal": given(
        dimension=dimension, mean=mean, sd=sd, covariance=covariance)})


def lognormal(
    *, mu: Number | None = None,
    sigma: Number | None = None,
    dimension: Number | None = None,
) -> Base:
    """Lognormal: exp of a normal with mean `mu` and standard deviation `sigma`.

    Args:
        mu: The mean of the logarithm. Default 0.
        sigma: The standard deviation of the logarithm. Above 0. Default 1.
        dimension: Independent components, equal in law. At least 1, at most 4096. Default
            1.

    Example:
        >>> qpool.lognormal(mu=0.5, sigma=2)
    """
    return Base({"lognormal": given(
        mu=mu, sigma=sigma, dimension=dimension)})


def exponential(
    *, rate: Number | None = None,
    scale: Number | None = None,
    mean: Number | None = None,
    dimension: Number | None = None,
) -> Base:
    """Exponential: density rate · exp(−rate x), x ≥ 0.

    Args:
        rate: The rate, 1 / mean. Unit: 1/value. Above 0. Default 1.
        scale: 1 / rate, in its place. Not given: 1 / rate. Unit: value. Above 0.
        mean: 1 / rate, in its place. Not given: 1 / rate. Unit: value. Above 0.
        dimension: Independent components, equal in law. At least 1, at most 4096. Default
            1.

    Example:
        >>> qpool.exponential(rate=2)
    """
    return Base({"exponential": given(
        rate=rate, scale=scale, mean=mean, dimension=dimension)})


def gamma(
    *, shape: Number,
    scale: Number | None = None,
    rate: Number | None = None,
    dimension: Number | None = None,
) -> Base:
    """Gamma: density x^(shape − 1) exp(−x / scale) / (Γ(shape) scale^shape), x ≥ 0.

    Args:
        shape: The shape. At least 0.001, at most 1e+12.
        scale: The scale, mean / shape. Unit: value. Above 0. Default 1.
        rate: 1 / scale, in its place. Not given: 1 / scale. Unit: 1/value. Above 0.
        dimension: Independent components, equal in law. At least 1, at most 4096. Default
            1.

    Example:
        >>> qpool.gamma(shape=2.5, scale=3)
    """
    return Base({"gamma": given(
        shape=shape, scale=scale, rate=rate, dimension=dimension)})


def beta(
    *, a: Number,
    b: Number,
    dimension: Number | None = None,
) -> Base:
    """Beta: density x^(a − 1) (1 − x)^(b − 1) / B(a, b) on [0, 1].

    Args:
        a: The exponent at 0, plus 1. At least 0.001, at most 1e+12.
        b: The exponent at 1, plus 1. At least 0.001, at most 1e+12.
        dimension: Independent components, equal in law. At least 1, at most 4096. Default
            1.

    Example:
        >>> qpool.beta(a=2, b=3)
    """
    return Base({"beta": given(
        a=a, b=b, dimension=dimension)})


def student_t(
    *, df: Number,
    location: Number | None = None,
    scale: Number | None = None,
    dimension: Number | None = None,
) -> Base:
    """Student's t, times `scale`, plus `location`.

    Args:
        df: Degrees of freedom, not necessarily whole. At least 0.01, at most 1e+12.
        location: The median. Unit: value. Default 0.
        scale: The scale. Unit: value. Above 0. Default 1.
        dimension: Independent components, equal in law. At least 1, at most 4096. Default
            1.

    Example:
        >>> qpool.student_t(df=3)
    """
    return Base({"student-t": given(
        df=df, location=location, scale=scale, dimension=dimension)})


def cauchy(
    *, location: Number | None = None,
    scale: Number | None = None,
    dimension: Number | None = None,
) -> Base:
    """Cauchy: density 1 / (π scale (1 + ((x − location) / scale)²)).

    Args:
        location: The median. Unit: value. Default 0.
        scale: The half width at half of the peak. Unit: value. Above 0. Default 1.
        dimension: Independent components, equal in law. At least 1, at most 4096. Default
            1.

    Example:
        >>> qpool.cauchy(location=1, scale=2)
    """
    return Base({"cauchy": given(
        location=location, scale=scale, dimension=dimension)})


def pareto(
    *, shape: Number,
    scale: Number | None = None,
    dimension: Number | None = None,
) -> Base:
    """Pareto: P(X > x) = (scale / x)^shape for x ≥ scale.

    Args:
        shape: The shape. Above 0.
        scale: The least value. Unit: value. Above 0. Default 1.
        dimension: Independent components, equal in law. At least 1, at most 4096. Default
            1.

    Example:
        >>> qpool.pareto(shape=1.5, scale=2)
    """
    return Base({"pareto": given(
        shape=shape, scale=scale, dimension=dimension)})


def gumbel(
    *, location: Number | None = None,
    scale: Number | None = None,
    dimension: Number | None = None,
) -> Base:
    """Gumbel of maxima: P(X ≤ x) = exp(−exp(−(x − location) / scale)).

    Args:
        location: The mode. Unit: value. Default 0.
        scale: The scale, √6 / π standard deviations. Unit: value. Above 0. Default 1.
        dimension: Independent components, equal in law. At least 1, at most 4096. Default
            1.

    Example:
        >>> qpool.gumbel(location=1, scale=2)
    """
    return Base({"gumbel": given(
        location=location, scale=scale, dimension=dimension)})


def weibull(
    *, shape: Number,
    scale: Number | None = None,
    dimension: Number | None = None,
) -> Base:
    """Weibull: P(X > x) = exp(−(x / scale)^shape), x ≥ 0.

    Args:
        shape: The shape. Above 0.
        scale: The value exceeded with probability 1/e. Unit: value. Above 0. Default 1.
        dimension: Independent components, equal in law. At least 1, at most 4096. Default
            1.

    Example:
        >>> qpool.weibull(shape=1.5, scale=2)
    """
    return Base({"weibull": given(
        shape=shape, scale=scale, dimension=dimension)})


def laplace(
    *, location: Number | None = None,
    scale: Number | None = None,
    dimension: Number | None = None,
) -> Base:
    """Laplace: density exp(−|x − location| / scale) / (2 scale).

    Args:
        location: The median. Unit: value. Default 0.
        scale: The mean distance from the median. Unit: value. Above 0. Default 1.
        dimension: Independent components, equal in law. At least 1, at most 4096. Default
            1.

    Example:
        >>> qpool.laplace(location=1, scale=2)
    """
    return Base({"laplace": given(
        location=location, scale=scale, dimension=dimension)})


def logistic(
    *, location: Number | None = None,
    scale: Number | None = None,
    dimension: Number | None = None,
) -> Base:
    """Logistic: P(X ≤ x) = 1 / (1 + exp(−(x − location) / scale)).

    Args:
        location: The median. Unit: value. Default 0.
        scale: The scale, √3 / π standard deviations. Unit: value. Above 0. Default 1.
        dimension: Independent components, equal in law. At least 1, at most 4096. Default
            1.

    Example:
        >>> qpool.logistic(location=1, scale=2)
    """
    return Base({"logistic": given(
        location=location, scale=scale, dimension=dimension)})


def log_logistic(
    *, shape: Number,
    scale: Number | None = None,
    dimension: Number | None = None,
) -> Base:
    """Log-logistic: P(X ≤ x) = 1 / (1 + (x / scale)^−shape), x ≥ 0.

    Args:
        shape: The shape. Above 0.
        scale: The median. Unit: value. Above 0. Default 1.
        dimension: Independent components, equal in law. At least 1, at most 4096. Default
            1.

    Example:
        >>> qpool.log_logistic(shape=3, scale=2)
    """
    return Base({"log-logistic": given(
        shape=shape, scale=scale, dimension=dimension)})


def triangular(
    *, mode: Number,
    lower: Number | None = None,
    upper: Number | None = None,
    dimension: Number | None = None,
) -> Base:
    """Triangular: the density rises linearly from `lower` to `mode`, and falls to `upper`.

    Args:
        mode: The likeliest value, from `lower` to `upper`. Unit: value.
        lower: The lower end. Unit: value. Default 0.
        upper: The upper end. Unit: value. Default 1.
        dimension: Independent components, equal in law. At least 1, at most 4096. Default
            1.

    Example:
        >>> qpool.triangular(lower=1, mode=2, upper=5)
    """
    return Base({"triangular": given(
        lower=lower, mode=mode, upper=upper, dimension=dimension)})


def generalized_pareto(
    *, shape: Number,
    location: Number | None = None,
    scale: Number | None = None,
    dimension: Number | None = None,
) -> Base:
    """Generalized Pareto: P(X > x) = (1 + shape (x − location) / scale)^(−1 / shape).

    Args:
        shape: The shape ξ: heavy tails above 0, exponential at 0, an upper end below 0.
        location: The least value. Unit: value. Default 0.
        scale: The scale. Unit: value. Above 0. Default 1.
        dimension: Independent components, equal in law. At least 1, at most 4096. Default
            1.

    Example:
        >>> qpool.generalized_pareto(shape=0.2, scale=2)
    """
    return Base({"generalized-pareto": given(
        shape=shape, location=location, scale=scale, dimension=dimension)})


def generalized_extreme_value(
    *, shape: Number,
    location: Number | None = None,
    scale: Number | None = None,
    dimension: Number | None = None,
) -> Base:
    """Generalized extreme value: P(X ≤ x) = exp(−(1 + shape (x − location) / scale)^(−1 / shape)).

    Args:
        shape: The shape ξ, −c of SciPy: Fréchet above 0, Gumbel at 0, Weibull below 0.
        location: The location. Unit: value. Default 0.
        scale: The scale. Unit: value. Above 0. Default 1.
        dimension: Independent components, equal in law. At least 1, at most 4096. Default
            1.

    Example:
        >>> qpool.generalized_extreme_value(shape=0.1, location=1, scale=2)
    """
    return Base({"generalized-extreme-value": given(
        shape=shape, location=location, scale=scale, dimension=dimension)})


def rayleigh(
    *, scale: Number | None = None,
    dimension: Number | None = None,
) -> Base:
    """Rayleigh: P(X > x) = exp(−x² / (2 scale²)), x ≥ 0.

    Args:
        scale: The mode. Unit: value. Above 0. Default 1.
        dimension: Independent components, equal in law. At least 1, at most 4096. Default
            1.

    Example:
        >>> qpool.rayleigh(scale=2)
    """
    return Base({"rayleigh": given(
        scale=scale, dimension=dimension)})


def chi_squared(
    *, df: Number,
    dimension: Number | None = None,
) -> Base:
    """Chi-squared: density of the sum of df squared standard normals.

    Args:
        df: Degrees of freedom, not necessarily whole. At least 0.002, at most 2e+12.
        dimension: Independent components, equal in law. At least 1, at most 4096. Default
            1.

    Example:
        >>> qpool.chi_squared(df=4)
    """
    return Base({"chi-squared": given(
        df=df, dimension=dimension)})


def inverse_gamma(
    *, shape: Number,
    scale: Number | None = None,
    dimension: Number | None = None,
) -> Base:
    """Inverse gamma: scale over a gamma variable of that shape.

    Args:
        shape: The shape. At least 0.001, at most 1e+12.
        scale: The scale. Unit: value. Above 0. Default 1.
        dimension: Independent components, equal in law. At least 1, at most 4096. Default
            1.

    Example:
        >>> qpool.inverse_gamma(shape=3, scale=2)
    """
    return Base({"inverse-gamma": given(
        shape=shape, scale=scale, dimension=dimension)})


def half_normal(
    *, scale: Number | None = None,
    dimension: Number | None = None,
) -> Base:
    """Half-normal: the size of a normal with mean 0 and sd `scale`.

    Args:
        scale: The standard deviation of the normal. Unit: value. Above 0. Default 1.
        dimension: Independent components, equal in law. At least 1, at most 4096. Default
            1.

    Example:
        >>> qpool.half_normal(scale=2)
    """
    return Base({"half-normal": given(
        scale=scale, dimension=dimension)})


def inverse_gaussian(
    *, mean: Number | None = None,
    shape: Number | None = None,
    dimension: Number | None = None,
) -> Base:
    """Inverse Gaussian (Wald): the time a drifting Brownian motion takes to a level.

    Args:
        mean: The mean. Unit: value. Above 0. Default 1.
        shape: The shape λ, mean³ / variance. Unit: value. Above 0. Default 1.
        dimension: Independent components, equal in law. At least 1, at most 4096. Default
            1.

    Example:
        >>> qpool.inverse_gaussian(mean=2, shape=3)
    """
    return Base({"inverse-gaussian": given(
        mean=mean, shape=shape, dimension=dimension)})


def poisson(
    *, mean: Number,
    dimension: Number | None = None,
) -> Base:
    """Poisson counts.

    Args:
        mean: The mean. Above 0, at most 1e+15.
        dimension: Independent components, equal in law. At least 1, at most 4096. Default
            1.

    Example:
        >>> qpool.poisson(mean=4)
    """
    return Base({"poisson": given(
        mean=mean, dimension=dimension)})


def binomial(
    *, trials: Number,
    probability: Number,
    dimension: Number | None = None,
) -> Base:
    """Binomial counts of successes.

    Args:
        trials: The number of trials. At least 0, at most 1e+15.
        probability: The probability of success. At least 0, at most 1.
        dimension: Independent components, equal in law. At least 1, at most 4096. Default
            1.

    Example:
        >>> qpool.binomial(trials=10, probability=0.5)
    """
    return Base({"binomial": given(
        trials=trials, probability=probability, dimension=dimension)})


def geometric(
    *, probability: Number,
    dimension: Number | None = None,
) -> Base:
    """Trials up to the first success, that one included.

    Args:
        probability: The probability of success. Above 0, at most 1.
        dimension: Independent components, equal in law. At least 1, at most 4096. Default
            1.

    Example:
        >>> qpool.geometric(probability=0.2)
    """
    return Base({"geometric": given(
        probability=probability, dimension=dimension)})


def negative_binomial(
    *, successes: Number,
    probability: Number,
    dimension: Number | None = None,
) -> Base:
    """Failures before so many successes.

    Args:
        successes: The number of successes, not necessarily whole. Above 0, at most 1e+15.
        probability: The probability of success. Above 0, at most 1.
        dimension: Independent components, equal in law. At least 1, at most 4096. Default
            1.

    Example:
        >>> qpool.negative_binomial(successes=3, probability=0.2)
    """
    return Base({"negative-binomial": given(
        successes=successes, probability=probability, dimension=dimension)})


def hypergeometric(
    *, population: Number,
    successes: Number,
    draws: Number,
    dimension: Number | None = None,
) -> Base:
    """Marked things among those taken without replacement.

    Args:
        population: All things. At least 0, at most 1e+15.
        successes: The marked ones among them. At least 0, at most 1e+15.
        draws: The ones that are taken. At least 0, at most 1e+15.
        dimension: Independent components, equal in law. At least 1, at most 4096. Default
            1.

    Example:
        >>> qpool.hypergeometric(population=50, successes=5, draws=10)
    """
    return Base({"hypergeometric": given(
        population=population, successes=successes, draws=draws, dimension=dimension)})


def discrete_uniform(
    *, upper: Number,
    lower: Number | None = None,
    dimension: Number | None = None,
) -> Base:
    """Whole numbers from `lower` to `upper`, each as likely.

    Args:
        upper: The largest value, itself included. Unit: value. At least -1e+15, at most
            1e+15.
        lower: The least value. Unit: value. At least -1e+15, at most 1e+15. Default 0.
        dimension: Independent components, equal in law. At least 1, at most 4096. Default
            1.

    Example:
        >>> qpool.discrete_uniform(lower=1, upper=6)
    """
    return Base({"discrete-uniform": given(
        lower=lower, upper=upper, dimension=dimension)})


def categorical(
    *, values: Numbers | None = None,
    probabilities: Numbers | None = None,
    weights: Numbers | None = None,
    dimension: Number | None = None,
) -> Base:
    """Finitely many values with given probabilities.

    Args:
        values: The values. Not given: 0, 1, 2, …. Unit: value.
        probabilities: Their probabilities; they sum to 1. Not given: `weights`.
        weights: Numbers proportional to the probabilities, in their place. Not given:
            `probabilities`.
        dimension: Independent components, equal in law. At least 1, at most 4096. Default
            1.

    Example:
        >>> qpool.categorical(values=[-1, 0, 7], probabilities=[0.2, 0.5, 0.3])
    """
    return Base({"categorical": given(
        values=values, probabilities=probabilities, weights=weights, dimension=dimension)})


def multinomial(
    *, trials: Number,
    probabilities: Numbers | None = None,
    weights: Numbers | None = None,
) -> Base:
    """Multinomial: how many of so many trials have each outcome.

    Args:
        trials: Trials, a word of noise each. At least 1, at most 4096.
        probabilities: The outcomes' probabilities; they sum to 1. Not given: `weights`.
        weights: Numbers proportional to the probabilities, in their place. Not given:
            `probabilities`.

    Example:
        >>> qpool.multinomial(trials=10, probabilities=[0.2, 0.3, 0.5])
    """
    return Base({"multinomial": given(
        trials=trials, probabilities=probabilities, weights=weights)})


def dirichlet(
    *, concentration: Numbers,
) -> Base:
    """Dirichlet: shares that sum to 1, gamma variables over their sum.

    Args:
        concentration: The shapes, one for each share.

    Example:
        >>> qpool.dirichlet(concentration=[2, 3, 0.5])
    """
    return Base({"dirichlet": given(
        concentration=concentration)})


def multivariate_student_t(
    *, df: Number,
    scale: Numbers,
    location: Number | Numbers | None = None,
) -> Base:
    """Multivariate Student's t: normal vectors over the root of one χ²/df.

    Args:
        df: Degrees of freedom, not necessarily whole. At least 0.5, at most 1e+06.
        scale: The scale matrix, symmetric and positive definite: the covariance times (df −
            2) / df, where df is above 2. Unit: value².
        location: The medians. Unit: value. Default 0.

    Example:
        >>> qpool.multivariate_student_t(df=4, location=[1, 2], scale=[[2, 0.6], [0.6, 1]])
    """
    return Base({"multivariate-student-t": given(
        df=df, location=location, scale=scale)})


def empirical(
    *, file: str | os.PathLike[str],
    columns: Sequence[str] | None = None,
    weights: str | None = None,
    smooth: Number | None = None,
) -> Base:
    """Rows of a data file, drawn with replacement.

    Args:
        file: CSV with a header line; JSON Lines (.jsonl, .ndjson); or NumPy (.npy).
        columns: The columns that are the values. Not given: all others.
        weights: The column of the rows' weights. Not given: rows are alike.
        smooth: Normal steps around the rows, of so many standard deviations of their
            column; `auto` is Silverman's rule. Not given: rows as they stand.

    Example:
        >>> qpool.empirical(file='rows.csv', columns=['a', 'b'])
    """
    return Base({"empirical": given(
        file=file, columns=columns, weights=weights, smooth=smooth)})


def truncated(
    *, base: BaseLike,
    lower: Number | None = None,
    upper: Number | None = None,
) -> Base:
    """A law of independent equal components, each conditioned on an interval.

    Args:
        base: The law: univariate but not `categorical`, or `normal` with one mean and sd.
        lower: The interval's lower end. Not given: no end. Unit: value.
        upper: The interval's upper end. Not given: no end. Unit: value.

    Example:
        >>> qpool.truncated(base={'normal': {}}, lower=2, upper=5)
    """
    return Base({"truncated": given(
        base=base, lower=lower, upper=upper)})


def markov(
    *, transition: Numbers,
    length: Number,
    initial: Numbers | None = None,
) -> Base:
    """A Markov chain of finitely many states: the state's number at each of its first steps.

    Args:
        transition: Probabilities of the next state, a row for each state; rows sum to 1.
        length: Steps. At least 1, at most 4096.
        initial: Probabilities of the first state; they sum to 1. Not given: all states
            alike.

    Example:
        >>> qpool.markov(transition=[[0.9, 0.1], [0.5, 0.5]], length=20)
    """
    return Base({"markov": given(
        initial=initial, transition=transition, length=length)})


def copula(
    *, marginals: Mapping[str, BaseLike],
    correlation: Number | Numbers,
    df: Number | None = None,
) -> Base:
    """Named marginals with a dependence of their own: a Gaussian copula, or Student's t.

    Args:
        marginals: Names with univariate laws of one value, at least two.
        correlation: The normals' correlations, in the order of the marginals: positive
            definite, with ones on the diagonal; or one for all pairs.
        df: Degrees of freedom of Student's t copula. Not given: the Gaussian copula. At
            least 0.5, at most 1e+06.

    Example:
        >>> qpool.copula(marginals={'load': {'gumbel': {}}, 'strength': {'weibull': {'shape': 8}}}, correlation=0.6)
    """
    return Base({"copula": given(
        marginals=marginals, correlation=correlation, df=df)})


def text(
    *, endpoint: str | Sequence[str],
    prompt: str,
    api: Literal["completions", "chat"] | None = None,
    model: str | None = None,
    system: str | None = None,
    contexts: Any | None = None,
    max_tokens: Number | Null | None = None,
    temperature: Number | Null | None = None,
    top_p: Number | Null | None = None,
    stop: str | Sequence[str] | None = None,
    parameters: Mapping[str, Any] | None = None,
    logprobs: bool | None = None,
    seed: bool | None = None,
    features: Mapping[str, Any] | None = None,
    price: Mapping[str, Any] | None = None,
    timeout: Number | None = None,
    attempts: Number | None = None,
    patience: Number | None = None,
    concurrency: Number | None = None,
    rate: Number | None = None,
) -> Base:
    """Texts of a language model behind an endpoint, drawn once and kept.

    Args:
        endpoint: A URL as http://127.0.0.1:8000/v1, or a list of URLs that serve the same
            model.
        prompt: The prompt; {context} stands for a context.
        api: The interface of the endpoint. Default "completions".
        model: The model's name. Default "".
        system: The system's message of `api: chat`. Default "".
        contexts: A uniform choice of them stands for {context}. Not given: none.
        max_tokens: The most of a text; `null`: not sent. Unit: tokens. At least 1, at most
            32768. Default 64.
        temperature: The temperature; `null`: not sent. At least 0, at most 100. Default 1.
        top_p: The mass of the tokens that are sampled; `null`: not sent. Above 0, at most
            1. Default 1.
        stop: Texts that end a text, at most 16. Not given: none.
        parameters: More parameters, sent as they stand. Not given: none.
        logprobs: Whether log-probabilities are asked for. Default true.
        seed: Whether seeds are sent. Default true.
        features: Numbers measured of each text: patterns, judges, rewards, processes. Not
            given: none.
        price: What a million tokens cost. Not given: no costs are told.
        timeout: What an answer may take. Unit: seconds. Above 0, at most 3600. Default 60.
        attempts: Answers that are tried. At least 1, at most 100. Default 5.
        patience: How long a sample is tried. Unit: seconds. At least 0, at most 86400.
            Default 300.
        concurrency: Requests in flight at an endpoint. At least 1, at most 1024. Default 8.
        rate: Requests at an endpoint. Not given: no limit. Unit: 1/second. At least 1e-06,
            at most 1e+06.

    Example:
        >>> qpool.text(endpoint='http://127.0.0.1:8000/v1', prompt='Once upon a time')
    """
    return Base({"text": given(
        endpoint=endpoint, api=api, model=model, prompt=prompt, system=system,
        contexts=contexts, max_tokens=max_tokens, temperature=temperature, top_p=top_p,
        stop=stop, parameters=parameters, logprobs=logprobs, seed=seed,
        features=features, price=price, timeout=timeout, attempts=attempts,
        patience=patience, concurrency=concurrency, rate=rate)})


def process(
    *, command: str | Sequence[str],
    dimension: Number,
    format: Literal["frames", "json-lines"] | None = None,
    batch: Number | None = None,
    timeout: Number | None = None,
    files: Sequence[str] | Mapping[str, Any] | None = None,
    names: Sequence[str] | None = None,
    normals: Number | None = None,
    uniforms: Number | None = None,
    replayable: bool | None = None,
) -> Base:
    """Samples that a program of any language makes of noise.

    Args:
        command: Program and arguments.
        dimension: Values a sample. At least 1, at most 4096.
        format: How batches are written; samples are made by frames. Default "frames".
        batch: Samples a batch, a multiple of 256. At least 256, at most 65536. Default
            8192.
        timeout: What a batch may take. Unit: seconds. Above 0, at most 3600. Default 30.
        files: Files that must not change. Not given: words of the command that are files.
        names: The components' names, for formulas. Not given: no names.
        normals: Standard normals that a sample gets. At least 0, at most 4096. Default 0.
        uniforms: Uniform numbers that a sample gets; with `normals` at least one. At least
            0, at most 4096. Default 0.
        replayable: Whether the noise decides the sample. If not, samples are drawn once and
            kept. Default true.

    Example:
        >>> qpool.process(command=['python3', 'maker.py'], dimension=2, normals=2)
    """
    return Base({"process": given(
        command=command, format=format, batch=batch, timeout=timeout, files=files,
        dimension=dimension, names=names, normals=normals, uniforms=uniforms,
        replayable=replayable)})


class JobKeys:
    """The keys of a job, as `qpool schema` has them. :class:`Job` is what to use."""

    def __init__(
        self, base: BaseLike,
        *,
        name: str | None = None,
        seed: Number | None = None,
        define: Mapping[str, Any] | None = None,
        sweep: SettingsLike | None = None,
        audit: SettingsLike | None = None,
        attack: SettingsLike | None = None,
        search: SettingsLike | None = None,
        event: str | float | None = None,
        utility: Formulas | None = None,
        utilities: Formulas | None = None,
        quantile: Number | Numbers | None = None,
        quantiles: Number | Numbers | None = None,
        samples: Number | None = None,
        looks: Numbers | None = None,
        precision: Number | Mapping[str, Any] | None = None,
        draws: Number | None = None,
        independent: bool | None = None,
        method: MethodLike | None = None,
        cost: Formulas | None = None,
        costs: Formulas | None = None,
        histogram: bool | Number | None = None,
        statistics: Literal["all", "part"] | None = None,
        confidence: Number | None = None,
        memory: str | float | None = None,
        verify: Number | None = None,
    ) -> None:
        """Checks the job; :class:`JobError` says all that is wrong.

        Args:
            base: The base distribution: a name, or a name with its parameters.
            name: For people, 1 to 200 characters. Default "job".
            seed: The key of every random stream: the same seed, the same answer, on any
                number of machines. At least 0. Default 0.
            define: Names for formulas, for every other formula of the job. Not given: none.
            sweep: Every quantile at once, in place of `quantile` and `draws`. Not given:
                none.
            audit: What base draws show of harm, and the bound for the output. Not given:
                none.
            attack: Of an `event`, the likeliest shift of the base within a budget. Not
                given: none.
            search: Parameters of the utility, judged by a criterion. Not given: none.
            event: True where it is neither 0 nor NaN: its probability is estimated, and
                there are no draws, quantiles or costs. Not given: draws are wanted.
            utility: What draws are ordered by; with `event` a function that leads towards
                it. Not given: required, but with `event`.
            utilities: The same: several, by name. Not given: one `utility`.
            quantile: The share of the base's mass to draw from; `auto` where the method
                finds it. Not given: required, but see `method`.
            quantiles: The same: several at once, from the same samples. Not given: one
                `quantile`.
            samples: Samples to issue; `auto` is at least 100,000, and enough to keep 1,000
                and the draws. Default "auto".
            looks: Of `exact`, where an answer was looked at before the job went on, as
                `qpool extend` writes it. Not given: none. Unit: samples.
            precision: In place of `samples`: half the width of the tail mass's interval,
                relative; or what is wanted. Not given: as `samples` says.
            draws: Draws of each selection. At least 1, at most 1e+07. Default 1.
            independent: Whether draws must be independent of one another, by `threshold`
                unless it is `best-of-n`. Default false.
            method: How it is answered. Of an event plain by default. Default "exact".
            cost: What is measured beside its bound. Not given: none.
            costs: The same: several, by name. Not given: none.
            histogram: How utilities and costs lie over all base samples: `true` for 256
                bins, or the most of them. Default false.
            statistics: The base samples that means, spreads and counts of NaN are over:
                all, or the first 2^22 and 1,024 in every 65,536 of the others, which takes
                less time. The draws are the same. Not given: `all` of a job with costs,
                else `part`.
            confidence: Of every interval. Above 0, below 1. Default 0.95.
            memory: For candidates, in one process; it changes no answer. Not given: 64MB,
                and where that is too little to begin as much as it takes, up to 2GB.
            verify: The share of a pool's ranges that two workers compute and compare; it
                changes no answer. At least 0, at most 1. Default 0.

        Example:
            >>> qpool.Job(qpool.normal(dimension=2), utility="x[0]", quantile=0.01)
        """
        self._build(given(
            name=name, seed=seed, base=base, define=define, sweep=sweep, audit=audit,
            attack=attack, search=search, event=event, utility=utility,
            utilities=utilities, quantile=quantile, quantiles=quantiles,
            samples=samples, looks=looks, precision=precision, draws=draws,
            independent=independent, method=method, cost=cost, costs=costs,
            histogram=histogram, statistics=statistics, confidence=confidence,
            memory=memory, verify=verify))

    def _build(self, node: dict[str, Any]) -> None:
        raise NotImplementedError
