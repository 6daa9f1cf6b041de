# SPDX-License-Identifier: Apache-2.0
"""Answers as frames, cards, files and plots."""

import html.parser

import numpy as np
import pytest
from conftest import BOWL, ROOT

import qpool

EXAMPLES = ROOT / "examples"


@pytest.fixture(scope="module")
def curve():
    return qpool.sweep(
        {"base": qpool.product(value=qpool.normal(), light=qpool.normal(), heavy=qpool.student_t(df=3)),
         "utilities": {"light": "value + light", "heavy": "value + heavy"},
         "costs": {"value": "value"}, "samples": 2e5, "seed": 7},
        quantiles=[1, 0.3, 0.1, 0.03, 0.01, 1e-3], value="value")


def test_draws_are_frames():
    pandas = pytest.importorskip("pandas")
    result = qpool.run(BOWL)
    frame = result.df
    assert isinstance(frame, pandas.DataFrame) and len(frame) == 7
    assert list(frame.columns) == ["index", "utility", "x[0]", "x[1]", "fallback"]
    assert np.array_equal(frame["utility"], result.utilities)
    polars = pytest.importorskip("polars")
    other = result.table.frame("polars")
    assert isinstance(other, polars.DataFrame) and other["index"].to_list() == list(frame["index"])


def test_parquet_holds_what_the_frame_does(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    result = qpool.run(BOWL)
    result.to_parquet(tmp_path / "draws.parquet")
    table = parquet.read_table(tmp_path / "draws.parquet")
    assert table["utility"].to_pylist() == list(result.utilities)


def test_a_sweep_is_a_frame_with_known_means(curve):
    assert isinstance(curve, qpool.Sweep) and len(curve.table) == 12
    for row in curve.table:
        if row["utility"] == "light" and row["quantile"] == 0.1:
            # E[V + E | top q] of a normal of variance 2, half of which is the value.
            assert row["mean"] == pytest.approx(1.75498 * np.sqrt(2), abs=0.03)
            assert row["value"] == pytest.approx(1.75498 / np.sqrt(2), abs=0.03)
            assert row["value_band_lower"] < row["value"] < row["value_band_upper"]


class Balanced(html.parser.HTMLParser):
    """Fails where tags do not close."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag


@pytest.mark.parametrize("name", ["audit", "attack", "estimate", "search", "ties"])
def test_every_kind_has_a_card_a_text_and_a_plot(name, tmp_path):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    result = qpool.run(EXAMPLES / f"{name}.yaml", progress=False)
    for shown in (result._repr_html_(), result.table._repr_html_()):
        parser = Balanced()
        parser.feed(shown)
        assert not parser.open
    assert result.id in repr(result) and result.id in result._repr_html_()
    axes = result.plot()
    axes.figure.savefig(tmp_path / "plot.png")
    assert (tmp_path / "plot.png").stat().st_size > 5000
    assert len(result.df) == len(result.table) > 0


def test_names_in_cards_are_not_obeyed():
    result = qpool.run({**BOWL, "name": "<script>alert(1)</script>"})
    assert "<script>" not in result._repr_html_()


def test_a_curve_has_bands_and_words(curve):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    axes = curve.plot("mean", "value", labels={"light mean": "proxy"})
    assert len(axes.lines) == 4 and len(axes.collections) == 4
    assert "proxy" in [text.get_text() for text in axes.get_legend().get_texts()]
    assert axes.get_xscale() == "log"


def test_a_plan_says_what_it_takes():
    plan = qpool.plan({**BOWL, "samples": 1e6})
    assert plan.samples == 1_000_000 and plan.method == "exact" and plan.seconds > 0
    assert plan.selections[0]["amplification"] == 100


def test_a_sweep_of_one_utility_has_a_plot_on_shared_axes():
    pyplot = pytest.importorskip("matplotlib.pyplot")
    one = qpool.sweep({"base": "normal", "utility": "x[0]", "samples": 2e4}, quantiles=[1, 0.1, 0.01])
    _, (left, right) = pyplot.subplots(1, 2, sharex=True)
    for axes in (left, right, left):
        one.plot("mean", ax=axes)
    # Turned once, whoever shares it: the harder the selection, the farther to the right.
    assert left.xaxis_inverted() and right.xaxis_inverted()
    assert list(left.lines[0].get_xdata()) == [0.01, 0.1, 1]
    pyplot.close("all")
