"""Octaves of a photo, and their restoration from coarse to fine by the pyramid step."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from .networks.adn.network import enlarge, shrink
from .networks.adn.step import StepResult

SIDE = 8  # both sides of every octave are multiples of it


def restore_octaves(
    step: Callable[[Tensor, Tensor], StepResult], image: Tensor, octaves: int
) -> list[StepResult]:
    """Runs the step on `octaves` octaves of [B, 3, H, W] and returns their results, finest first.

    Octave k is the image shrunk k times by means of 2x2 px; the guess is the result of octave k + 1
    enlarged bilinearly. Raises ValueError if a side is not a multiple of 8 in every octave.
    """
    multiple = SIDE * 2 ** (octaves - 1)
    if image.shape[-2] % multiple or image.shape[-1] % multiple:
        raise ValueError(f"{octaves} octaves need sides that are multiples of {multiple} px")
    results: list[StepResult] = []
    for k in reversed(range(octaves)):
        octave = shrink(image, k)
        results.append(step(octave, enlarge(results[-1].restored, 1) if results else octave))
    return results[::-1]
