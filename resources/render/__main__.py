"""Renders the sample photo, sharp and blurred by a shaking hand.

    python -m resources.render [folder]      (numpy and Pillow; the lab's environment has both)

Writes sample-sharp.png and sample-blurred.jpg.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from .lights import furnish, glow
from .street import HEIGHT, SCALE, WIDTH, Street

OUT_WIDTH, OUT_HEIGHT = 1280, 853
STEPS = 64
EXPOSURE = 0.95
READ_NOISE, SHOT_NOISE = 0.0012, 0.00012


def shrink(light: np.ndarray) -> np.ndarray:
    """Averages the supersampled picture, (H·SCALE, W·SCALE, 3), to (H, W, 3)."""
    height, width = HEIGHT, WIDTH
    return light.reshape(height, SCALE, width, SCALE, 3).mean((1, 3))


def moved(light: np.ndarray, dx: float, dy: float, degrees: float) -> np.ndarray:
    """Returns the frame of a camera that is displaced by pixels and turned about its centre."""
    height, width = light.shape[:2]
    cx, cy = width / 2, height / 2
    angle = np.radians(degrees)
    cos, sin = np.cos(angle), np.sin(angle)
    ox, oy = (width - OUT_WIDTH) / 2 - cx + dx, (height - OUT_HEIGHT) / 2 - cy + dy
    affine = (cos, -sin, cos * ox - sin * oy + cx, sin, cos, sin * ox + cos * oy + cy)
    planes = [
        Image.fromarray(np.ascontiguousarray(light[..., channel])).transform(
            (OUT_WIDTH, OUT_HEIGHT), Image.Transform.AFFINE, affine, Image.Resampling.BILINEAR
        )
        for channel in range(3)
    ]
    return np.stack([np.asarray(plane) for plane in planes], 2)


def path(t: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns the hand's path (x, y in pixels, turn in degrees) for times from 0 to 1.

    A bow with a small hook at its end, and a slight turn.
    """
    x = 13.0 * (t - 0.5) + 2.6 * np.sin(2.6 * np.pi * t)
    y = 6.0 * (t - 0.5) ** 2 * 4 - 3.0 + 2.0 * np.sin(1.7 * np.pi * t)
    turn = 0.32 * (t - 0.5)
    return x, y, turn


def encode(light: np.ndarray) -> np.ndarray:
    """Encodes linear light as 8-bit sRGB, with a soft shoulder like a camera's."""
    x = light * EXPOSURE
    x = np.where(x > 0.8, 0.8 + 0.2 * np.tanh((x - 0.8) / 0.8), x)
    x = np.clip(x, 0, 1)
    curve = np.where(x <= 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055)
    return np.round(curve * 255).astype(np.uint8)


def main() -> None:
    """Writes both pictures."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent)
    street = Street()
    street.render()
    furnish(street)
    light = glow(shrink(street.light)).astype(np.float32)
    Image.fromarray(encode(moved(light, 0, 0, 0))).save(folder / "sample-sharp.png")

    smeared = np.mean(
        [moved(light, *pose) for pose in zip(*path(np.linspace(0, 1, STEPS)), strict=True)], axis=0
    )
    rng = np.random.default_rng(7)
    smeared += rng.normal(size=smeared.shape) * np.sqrt(
        READ_NOISE**2 + SHOT_NOISE * np.clip(smeared, 0, 2)
    )
    image = Image.fromarray(encode(smeared))
    image.save(folder / "sample-blurred.jpg", quality=88, subsampling=0, optimize=True)


if __name__ == "__main__":
    main()
