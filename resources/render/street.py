"""Renders a street at dusk from a few planes: sky, walls, ground.

All values are linear light relative to white. Lamps are many times brighter than white, so motion
draws streaks as in a camera.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1440, 960
SCALE = 2
FOCAL = 1150.0
EYE = 1.7
WALL = 8.0
VANISH = (760.0, 520.0)
FAR = 140.0

Rgb = tuple[float, float, float]
rng = np.random.default_rng(20)


def noise(height: int, width: int, cell: float, octaves: int = 4) -> np.ndarray:
    """Returns value noise from 0 to 1; each octave is finer and weaker."""
    total, weight = np.zeros((height, width), np.float32), 0.0
    for octave in range(octaves):
        size = max(1.0, cell / 2**octave)
        grid = rng.random((int(height / size) + 3, int(width / size) + 3)).astype(np.float32)
        layer = Image.fromarray(grid).resize((width, height), Image.Resampling.BICUBIC)
        total += np.asarray(layer) / 2**octave
        weight += 1 / 2**octave
    return np.clip(total / weight, 0, 1)


def hashed(*keys: np.ndarray) -> np.ndarray:
    """Returns a fixed number from 0 to 1 for each combination of integers."""
    mixed = sum(
        np.asarray(key, np.float64) * factor
        for key, factor in zip(keys, (12.9898, 78.233, 37.719, 4.581), strict=False)
    )
    return np.modf(np.abs(np.sin(mixed) * 43758.5453))[0].astype(np.float32)


def rgb(values: Rgb) -> np.ndarray:
    """Converts a colour to an array."""
    return np.array(values, np.float32)


def text_mask(text: str, height: int, spacing: float = 0.0) -> np.ndarray:
    """Draws letters, 0 to 1, in the font that comes with Pillow (Aileron, CC0)."""
    font = ImageFont.load_default(height)
    step = spacing * height
    widths = [font.getlength(letter) + step for letter in text]
    image = Image.new("L", (int(sum(widths)) + height // 2, int(height * 1.3)))
    draw, x = ImageDraw.Draw(image), height / 4
    for letter, width in zip(text, widths, strict=True):
        draw.text((x, 0), letter, fill=255, font=font, stroke_width=max(0, height // 28))
        x += width
    return np.asarray(image, np.float32) / 255


class Street:
    """The supersampled picture, (h, w, 3), and the direction of each pixel's ray."""

    def __init__(self) -> None:
        self.h, self.w = HEIGHT * SCALE, WIDTH * SCALE
        y, x = np.mgrid[0 : self.h, 0 : self.w].astype(np.float32)
        self.dx = (x / SCALE - VANISH[0]) / FOCAL
        self.dy = (y / SCALE - VANISH[1]) / FOCAL
        self.light = np.zeros((self.h, self.w, 3), np.float32)

    def render(self) -> np.ndarray:
        """Draws the planes from far to near."""
        self.sky()
        for side in (-1, 1):
            self.wall(side)
        self.ground()
        return self.light

    def sky(self) -> None:
        """Draws the evening sky with clouds, and the skyline."""
        up = np.clip(-self.dy / 0.45, 0, 1)[..., None]
        horizon, middle, top = (
            rgb((0.62, 0.27, 0.16)),
            rgb((0.16, 0.11, 0.24)),
            rgb((0.012, 0.026, 0.085)),
        )
        sky = np.where(
            up < 0.4,
            horizon + (middle - horizon) * (up / 0.4),
            middle + (top - middle) * ((up - 0.4) / 0.6),
        )
        cloud = np.clip(noise(self.h, self.w, 700, 6) * 2.6 - 1.25, 0, 1)[..., None]
        self.light[:] = sky * (1 - 0.75 * cloud) + cloud * (rgb((0.34, 0.15, 0.15)) * (1.15 - up))
        self.skyline()

    def skyline(self) -> None:
        """Draws far roofs against the last light, with a few lit windows."""
        column = np.floor(self.dx * FOCAL / 13)
        roof = 0.035 + 0.075 * hashed(column, column * 0 + 3) * hashed(
            np.floor(column / 4), column * 0
        )
        inside = (-self.dy < roof) & (self.dy < 0.02)
        window = (hashed(np.floor(self.dx * FOCAL / 3), np.floor(self.dy * FOCAL / 4)) > 0.86)[
            ..., None
        ]
        colour = rgb((0.035, 0.028, 0.055)) + window * rgb((0.55, 0.33, 0.13))
        self.light[inside] = np.broadcast_to(colour, self.light.shape)[inside]

    def wall(self, side: int) -> None:
        """Draws the houses of one side; height, stone, windows and shops differ between houses."""
        with np.errstate(divide="ignore", invalid="ignore"):
            z = np.where(self.dx * side > 1e-4, WALL / np.abs(self.dx), np.inf)
            y = EYE - self.dy * z
        house = np.floor(z / 11 + (0.35 if side > 0 else 0))
        z, y, house = (np.where(np.isfinite(z), values, 0) for values in (z, y, house))
        seed = house + (50 if side > 0 else 0)
        roof = np.round(4 + 2 * hashed(seed, seed * 0 + 1)) * 3.1 + 1.4
        inside = (z > 0) & (z < FAR) & (y > 0) & (y < roof)
        z, y, seed, roof = (values[inside] for values in (z, y, seed, roof))

        tone = hashed(seed, seed * 0 + 2)[:, None]
        stone = rgb((0.085, 0.05, 0.042)) * (1 - tone) + rgb((0.085, 0.085, 0.1)) * tone
        row = np.floor(y / 0.085)
        brick = np.floor(z / 0.27 + 0.5 * (row % 2))
        mortar = ((y / 0.085) % 1 < 0.16) | ((z / 0.27 + 0.5 * (row % 2)) % 1 < 0.06)
        stone = (
            stone * (0.7 + 0.6 * hashed(brick, row)[:, None]) * np.where(mortar, 0.55, 1.0)[:, None]
        )
        band = ((y - 1.4) % 3.1 < 0.16) | (roof - y < 0.3)
        stone = np.where(band[:, None], stone * 1.9, stone)

        floor, column = np.floor((y - 1.4) / 3.1), np.floor(z / 2.2)
        fy, fz = (y - 1.4) / 3.1 % 1, z / 2.2 % 1
        pane = (fy > 0.26) & (fy < 0.84) & (fz > 0.24) & (fz < 0.76) & (y > 4.6)
        frame = pane & (
            (np.abs(fz - 0.5) < 0.03) | (np.abs(fy - 0.6) < 0.012) | (fz < 0.28) | (fz > 0.72)
        )
        lit = hashed(column, floor, seed) > 0.5
        warm = hashed(column, floor, seed + 9)[:, None]
        glow = rgb((1.35, 0.78, 0.3)) * (0.35 + 0.9 * warm) * (0.5 + 0.7 * (0.84 - fy))[:, None]
        glass = np.where(lit[:, None], glow, rgb((0.035, 0.045, 0.075)) + 0.05 * fy[:, None])
        colour = np.where(pane[:, None], glass, stone)
        colour = np.where(frame[:, None], rgb((0.16, 0.13, 0.11)), colour)
        colour = self.shops(colour, z, y, seed)
        near_lamp = np.exp(-(((z - 6) % 12 - 6) ** 2) / 9) * np.exp(-((y - 4.2) ** 2) / 9)
        colour = colour * (1 + 2.6 * near_lamp[:, None] * rgb((1.0, 0.75, 0.45)))
        haze = 1 - np.exp(-z / 75)[:, None]
        self.light[inside] = colour * (1 - haze) + rgb((0.3, 0.16, 0.14)) * haze

    @staticmethod
    def shops(colour: np.ndarray, z: np.ndarray, y: np.ndarray, seed: np.ndarray) -> np.ndarray:
        """Returns the ground floors: bright windows with goods on shelves under an awning."""
        fz = z / 3.67 % 1
        pane = (y > 0.55) & (y < 3.0) & (fz > 0.08) & (fz < 0.92)
        shop = np.floor(z / 3.67)
        kind = hashed(shop, seed, seed * 0 + 7)
        pitch, width = 0.5 + 0.4 * kind, 0.12 + 0.3 * hashed(shop, seed, seed * 0 + 8)
        shelf = np.abs((y - 0.6) % pitch) < 0.04
        item = hashed(np.floor(z / width), np.floor((y - 0.6) / pitch), seed)
        top = (y - 0.6) % pitch < (0.15 + 0.65 * item) * pitch
        hue = np.stack([item, hashed(np.floor(z / width), seed), 1 - item], 1) * 0.8 + 0.1
        bright = np.where(kind > 0.24, 0.3 + 0.75 * kind, 0.03)[:, None]
        tint = np.where((kind > 0.7)[:, None], rgb((0.9, 1.0, 1.05)), rgb((1.35, 0.9, 0.46)))
        back = bright * tint * (0.45 + 0.3 * y[:, None])
        goods = np.where(top[:, None], hue * tint * (0.2 + 0.55 * bright), back)
        goods = np.where(shelf[:, None], rgb((0.2, 0.12, 0.07)), goods)
        awning = (y > 3.05) & (y < 3.75)
        stripe = np.floor(z / 0.45) % 2 == 0
        cloth = np.where(stripe[:, None], rgb((0.5, 0.06, 0.05)), rgb((0.55, 0.5, 0.42)))
        cool = (hashed(seed, seed * 0 + 5) > 0.5)[:, None]
        cloth = np.where(cool, cloth[:, ::-1] * 0.8, cloth)
        colour = np.where(pane[:, None], goods, colour)
        return np.where(awning[:, None], cloth * (0.3 + 0.5 * (3.8 - y))[:, None], colour)

    def ground(self) -> None:
        """Draws wet asphalt and paving stones, with a broken reflection of the picture above."""
        below = self.dy > 2e-3
        with np.errstate(divide="ignore", invalid="ignore"):
            z = np.where(below, EYE / self.dy, np.inf)
            x = self.dx * z
        below &= (z < FAR) & (np.abs(x) < WALL)
        z, x = z[below], x[below]
        road = np.abs(x) < 5.0
        grain = noise(self.h, self.w, 5, 2)[below]
        puddle = np.clip(noise(self.h, self.w, 260, 5)[below] * 3.4 - 1.3, 0, 1)
        joint = ((x / 0.5) % 1 < 0.07) | ((z / 0.5 + 0.5 * (np.floor(x / 0.5) % 2)) % 1 < 0.07)
        stones = (
            0.055
            + 0.05 * hashed(np.floor(x / 0.5), np.floor(z / 0.5 + 0.5 * (np.floor(x / 0.5) % 2)))
        ) * np.where(joint, 0.4, 1)
        base = np.where(road, 0.03 + 0.045 * grain, stones * (0.7 + 0.6 * grain))
        dashes = (np.abs(x) < 0.09) & (z % 4 < 2.2) & ((z < 6) | (z > 11.5))
        zebra = (z > 7.2) & (z < 10.2) & (np.abs(x) < 4.6) & ((x / 0.95) % 1 < 0.52)
        base = np.where((dashes | zebra) & road, 0.33 + 0.22 * grain, base)
        base = np.where(np.abs(np.abs(x) - 5.05) < 0.09, 0.16, base)
        colour = (
            base[:, None]
            * rgb((1.0, 0.86, 0.8))
            * (0.5 + 1.4 * np.exp(-(((z - 6) % 12 - 6) ** 2) / 14))[:, None]
        )

        rows, columns = np.nonzero(below)
        ripple = (noise(self.h, self.w, 26, 3)[below] - 0.5) * np.clip(
            60 * SCALE / np.maximum(z, 1.5), 2, 40
        )
        mirrored = np.clip(2 * VANISH[1] * SCALE - rows + ripple, 0, self.h - 1).astype(int)
        image = self.light[mirrored, np.clip(columns + ripple * 0.25, 0, self.w - 1).astype(int)]
        share = (0.1 + 0.5 * puddle + 0.25 * np.exp(-np.abs(rows / SCALE - VANISH[1]) / 60))[
            :, None
        ]
        self.light[below] = colour * (1 - 0.5 * share) + image * share
