"""Draws things that shine: lamps, strings of bulbs, signs, a car; and their glow."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from .street import EYE, FOCAL, SCALE, VANISH, Rgb, Street, rgb, text_mask


def place(x: float, y: float, z: float) -> tuple[float, float]:
    """Projects a point of the street, in metres, to pixels of the supersampled picture."""
    return ((VANISH[0] + FOCAL * x / z) * SCALE, (VANISH[1] + FOCAL * (EYE - y) / z) * SCALE)


def paint(street: Street, draw_mask: Callable[[ImageDraw.ImageDraw], None], colour: Rgb) -> None:
    """Covers the picture with a colour where `draw_mask` draws white."""
    image = Image.new("L", (street.w, street.h))
    draw_mask(ImageDraw.Draw(image))
    box = image.getbbox()
    if box is None:
        return
    x0, y0, x1, y1 = box
    mask = np.asarray(image.crop(box), np.float32)[..., None] / 255
    region = street.light[y0:y1, x0:x1]
    street.light[y0:y1, x0:x1] = region * (1 - mask) + rgb(colour) * mask


def rounded(street: Street, box: list[tuple[float, float]], radius: float, colour: Rgb) -> None:
    """Draws a rectangle with rounded corners; corners and radius in pixels."""
    paint(street, lambda draw: draw.rounded_rectangle(box, radius, 255), colour)


def lamp(street: Street, side: int, z: float) -> None:
    """Draws a street lamp `z` metres away; `side` is -1 (left) or 1 (right)."""
    x = 5.6 * side
    foot, top, head = place(x, 0, z), place(x, 5.6, z), place(x - 0.9 * side, 5.75, z)
    thick = 0.09 * FOCAL * SCALE / z
    paint(street, lambda draw: draw.line([foot, top], (255), int(thick) + 1), (0.02, 0.02, 0.026))
    paint(
        street,
        lambda draw: draw.line([top, head], (255), int(thick * 0.7) + 1),
        (0.02, 0.02, 0.026),
    )
    bulb(street, head, 0.15 * FOCAL * SCALE / z, (46.0, 29.0, 12.0))


def bulb(street: Street, at: tuple[float, float], radius: float, colour: Rgb) -> None:
    """Draws a shining disc; position and radius in pixels."""
    radius = max(radius, 1.2)
    box = [at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius]
    paint(street, lambda draw: draw.ellipse(box, 255), colour)


def string_of_bulbs(street: Street, z: float, height: float, sag: float) -> None:
    """Draws bulbs on a cable across the street; all in metres."""
    colours = ((14.0, 7.5, 2.2), (12.0, 1.2, 0.8), (1.2, 8.0, 1.8), (1.1, 3.2, 12.0))
    xs = np.linspace(-8, 8, 33)
    points = [place(x, height - sag * (1 - (x / 8) ** 2), z) for x in xs]
    paint(street, lambda draw: draw.line(points, 255, 2), (0.015, 0.014, 0.02))
    for i, (px, py) in enumerate(points[1:-1]):
        bulb(
            street,
            (px, py + 5),
            0.05 * FOCAL * SCALE / z,
            colours[0 if i % 2 else 1 + (i // 2) % 3],
        )


def sign(
    street: Street, text: str, x: float, y: float, z: float, height: float, board: Rgb, letters: Rgb
) -> None:
    """Draws a board that faces the viewer, `height` metres high, with its centre at (x, y)."""
    pixels = int(height * 0.62 * FOCAL * SCALE / z)
    mask = text_mask(text, pixels, 0.06)
    pad = int(pixels * 0.28)
    mask = np.pad(mask, ((pad // 2, pad // 3), (pad, pad)))
    rows, columns = mask.shape
    cx, cy = place(x, y, z)
    x0, y0 = int(cx - columns / 2), int(cy - rows / 2)
    box: list[tuple[float, float]] = [(x0 - 3, y0 - 3), (x0 + columns + 3, y0 + rows + 3)]
    red, green, blue = (c * 2.2 + 0.02 for c in board)
    rounded(street, box, pixels // 6, (red, green, blue))
    top, left = max(0, -y0), max(0, -x0)
    bottom, right = min(rows, street.h - y0), min(columns, street.w - x0)
    mask = mask[top:bottom, left:right, None]
    street.light[y0 + top : y0 + bottom, x0 + left : x0 + right] = (
        rgb(board) * (1 - mask) + rgb(letters) * mask
    )


def car(street: Street, x: float, z: float) -> None:
    """Draws a car from behind: body, rear window, tail lights, number plate."""

    def box(x0: float, y0: float, x1: float, y1: float) -> list[tuple[float, float]]:
        return [place(x + x0, y1, z), place(x + x1, y0, z)]

    radius = 0.16 * FOCAL * SCALE / z
    parts: list[tuple[list[tuple[float, float]], float, Rgb]] = [
        (box(-0.95, 0.0, -0.6, 0.5), 0.4, (0.006, 0.006, 0.008)),
        (box(0.6, 0.0, 0.95, 0.5), 0.4, (0.006, 0.006, 0.008)),
        (box(-0.72, 0.7, 0.72, 1.48), 1.6, (0.05, 0.012, 0.016)),
        (box(-0.62, 0.93, 0.62, 1.38), 1.0, (0.2, 0.13, 0.16)),
        (box(-0.95, 0.28, 0.95, 0.95), 1.0, (0.1, 0.018, 0.022)),
        (box(-0.95, 0.3, 0.95, 0.46), 0.6, (0.03, 0.03, 0.035)),
    ]
    for rectangle, roundness, colour in parts:
        rounded(street, rectangle, radius * roundness, colour)
    for centre in (-0.74, 0.74):
        lights = box(centre - 0.17, 0.68, centre + 0.17, 0.84)
        rounded(street, lights, radius * 0.4, (7.0, 0.16, 0.1))
    sign(street, "UN-5M3AR", x, 0.58, z, 0.19, (0.85, 0.8, 0.68), (0.02, 0.02, 0.02))


def headlights(street: Street, x: float, z: float) -> None:
    """Draws the headlights of an oncoming car."""
    for offset in (-0.7, 0.7):
        bulb(street, place(x + offset, 0.7, z), 0.11 * FOCAL * SCALE / z, (60.0, 54.0, 44.0))


def furnish(street: Street) -> None:
    """Draws everything that stands in the street, from far to near."""
    for z in (54.0, 42.0, 30.0, 18.0):
        lamp(street, -1, z)
        lamp(street, 1, z)
    headlights(street, -2.3, 46.0)
    headlights(street, -2.2, 30.0)
    string_of_bulbs(street, 26.0, 7.2, 0.9)
    string_of_bulbs(street, 15.0, 6.6, 1.1)
    sign(street, "CINEMA", -6.7, 7.7, 33.0, 1.25, (0.05, 0.012, 0.02), (5.5, 0.75, 1.5))
    sign(street, "HOTEL", 5.0, 7.75, 30.0, 1.2, (0.02, 0.02, 0.05), (1.3, 2.8, 5.2))
    sign(street, "BOOKS & MAPS", 5.6, 4.55, 15.5, 0.62, (0.03, 0.09, 0.07), (1.3, 1.15, 0.75))
    sign(street, "BAKERY", -4.75, 3.45, 16.0, 0.7, (0.04, 0.03, 0.02), (4.6, 2.5, 0.7))
    car(street, 2.1, 13.0)
    street_plate(street)


def street_plate(street: Street) -> None:
    """Draws a pole near the viewer with plates in large and small letters."""
    foot, top = place(-3.5, 0.0, 7.6), place(-3.5, 3.45, 7.6)
    paint(street, lambda draw: draw.line([foot, top], 255, 15), (0.1, 0.1, 0.11))
    blue, white = (0.02, 0.075, 0.26), (0.95, 0.95, 0.9)
    sign(street, "HARBOUR STREET", -3.45, 3.2, 7.55, 0.3, blue, white)
    sign(street, "Station 400 m", -3.45, 2.86, 7.55, 0.22, (0.75, 0.72, 0.62), (0.03, 0.03, 0.04))
    sign(
        street,
        "No parking 7 pm to 6 am",
        -3.45,
        2.6,
        7.55,
        0.17,
        (0.75, 0.72, 0.62),
        (0.28, 0.02, 0.02),
    )


def glow(light: np.ndarray) -> np.ndarray:
    """Adds light scattered in the lens around everything brighter than white."""
    bright = np.maximum(light - 1.0, 0)
    height, width = light.shape[:2]
    fy = np.fft.fftfreq(height)[:, None]
    fx = np.fft.rfftfreq(width)[None, :]
    out = light.copy()
    for sigma, share in ((5.0, 0.045), (22.0, 0.035), (80.0, 0.025)):
        response = np.exp(-2 * (np.pi * sigma) ** 2 * (fx**2 + fy**2))
        for channel in range(3):
            spectrum = np.fft.rfft2(bright[..., channel])
            out[..., channel] += share * np.fft.irfft2(spectrum * response, (height, width))
    return out
