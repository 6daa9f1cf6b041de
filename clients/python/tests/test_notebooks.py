# SPDX-License-Identifier: Apache-2.0
"""The notebooks of `examples/notebooks`, executed; their pictures are there and not blank.

    QPOOL_NOTEBOOKS=examples/notebooks pytest clients/python/tests/test_notebooks.py     keeps what came out
"""

import base64
import os
import pathlib

import numpy as np
import pytest
from conftest import ROOT

nbclient = pytest.importorskip("nbclient")
nbformat = pytest.importorskip("nbformat")
NOTEBOOKS = sorted((ROOT / "examples/notebooks").glob("*.ipynb"))
PICTURES = {"first-job": 1, "goodhart": 1, "rare-failure": 3, "language-model": 1}


def run(path, folder):
    """The notebook with its outputs."""
    notebook = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(
        notebook, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    kept = os.environ.get("QPOOL_NOTEBOOKS")
    if kept:
        for cell in notebook.cells:
            cell.metadata.pop("execution", None)
        nbformat.write(notebook, pathlib.Path(kept) / path.name)
    return notebook


def outputs(notebook, kind):
    return [
        output["data"][kind] for cell in notebook.cells for output in cell.get("outputs", [])
        if kind in output.get("data", {})]


@pytest.mark.parametrize("path", [p for p in NOTEBOOKS if p.stem != "language-model"], ids=lambda p: p.stem)
def test_a_notebook_runs(path, tmp_path):
    check(path, tmp_path)


def test_the_language_models_notebook_runs(tmp_path, monkeypatch):
    """Against a real model of two million parameters, served from this process."""
    import tiny_model

    server = tiny_model.serve()
    try:
        monkeypatch.setenv("QPOOL_EXAMPLE_ENDPOINT", server.url)
        monkeypatch.setenv("QPOOL_JOURNAL", str(tmp_path / "journal"))
        check(ROOT / "examples/notebooks/language-model.ipynb", tmp_path)
    finally:
        server.shutdown()


def check(path, folder):
    notebook = run(path, folder)
    pictures = outputs(notebook, "image/png")
    assert len(pictures) == PICTURES[path.stem]
    image = pytest.importorskip("matplotlib.image")
    for number, picture in enumerate(pictures):
        file = folder / f"{path.stem}-{number}.png"
        file.write_bytes(base64.b64decode(picture))
        pixels = image.imread(file)
        assert min(pixels.shape[:2]) > 200 and np.std(pixels[..., :3]) > 0.02, "a blank picture"
    cards = outputs(notebook, "text/html")
    assert any("certificate" in card or "probability" in card or "best" in card for card in cards)
    # A bar was drawn, and its last state is the end.
    assert any("<progress" in card for card in cards)


def test_every_notebook_is_tried():
    assert {path.stem for path in NOTEBOOKS} == set(PICTURES)


def test_goodhart_has_its_figure(tmp_path):
    """A researcher's hour: from nothing to a figure of two utilities with bands, for a paper."""
    notebook = run(ROOT / "examples/notebooks/goodhart.ipynb", tmp_path)
    assert (tmp_path / "goodhart.pdf").read_bytes().startswith(b"%PDF")
    said = "".join(
        output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", []))
    # The known optimum is 0.93188697; the swept quantiles lie near it.
    value = float(said.split("value ")[1].split(" ")[0])
    assert 0.91 < value < 0.945
