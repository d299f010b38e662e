"""Gains by number of octaves, and the plot of the extent head."""

import pytest
import torch

from lab.evaluate.extent import Cells, plot, summary
from lab.evaluate.octaves import CROP, MOST, crops, gains
from lab.metrics import psnr
from lab.networks.adn import StepResult

from .test_synthesis import bank


def sharpening(image, guess):
    """Returns a step that adds a tenth of the way from the image to white at every octave."""
    none = torch.zeros(1, 1, 1, 1)
    return StepResult(guess + 0.1 * (1 - guess), none, none, none, none)


def test_gains_count_the_octaves_that_were_run():
    blurred, sharp = torch.full((1, 3, 136, 200), 0.2), torch.ones(1, 3, 136, 200)
    found = gains(sharpening, blurred, sharp)
    assert len(found) == MOST + 1
    # Each octave leaves 0.9 of the error, 0.92 dB up to the rounding to 8 bits. Half size only has
    # one octave less than all.
    steps = torch.tensor(found[:MOST]).diff()
    assert torch.allclose(steps, torch.full((MOST - 1,), 0.92), atol=0.05)
    assert found[MOST] == pytest.approx(found[MOST - 2], abs=0.03)


def test_crops_of_a_length_are_the_same_in_every_call():
    first, again = (list(crops(bank(side=600), 10, 2)) for _ in range(2))
    assert [tuple(p.blurred.shape) for p in first] == [(1, 3, CROP, CROP)] * 2
    assert all(torch.equal(a.blurred, b.blurred) for a, b in zip(first, again, strict=True))
    assert not torch.equal(first[0].blurred, first[1].blurred)
    assert all(p.length.item() == pytest.approx(10, rel=1e-4) for p in first)
    assert all(psnr(p.blurred, p.sharp).item() < 60 for p in first)


def test_the_plot_is_written(tmp_path):
    true = torch.linspace(1.5, 59, 3000)
    kind = torch.eye(3)[[1, 2, 0] * 1000]
    label = torch.tensor([1, 2, 0] * 1000)
    cells = Cells(label, true, true * 1.2, torch.full_like(true, 5.0), kind, torch.zeros(3000))
    plot(cells, summary(cells), tmp_path / "extent.png")
    assert (tmp_path / "extent.png").stat().st_size > 5000
