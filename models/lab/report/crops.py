"""Details of the sample photo before and after every network, side by side."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from ..evaluate.scores import restore
from ..export.half import round_weights
from ..images import read_photo
from ..networks.network import Network
from ..weights import load_network
from .facts import Facts

Detail = tuple[int, int, int, int]  # left, top, width, height in px

DETAILS: tuple[Detail, ...] = ((0, 200, 330, 190), (790, 200, 330, 190))
AROUND = 64  # margin in px that the networks see besides the detail
LABEL = 22
GAP = 6


def before_after(networks: list[Facts], photo: Path, path: Path) -> None:
    """Draws one row per picture (the photo, then each network), one column per detail."""
    image = read_photo(photo)
    pictures = [("As taken", [cut(image, detail) for detail in DETAILS])]
    for n in networks:
        network = load_network(n.folder)
        round_weights(network)
        pictures.append((n.title, [restored(network, image, detail) for detail in DETAILS]))
    draw(pictures).save(path, quality=82)


def restored(network: Network, image: Tensor, detail: Detail) -> Image.Image:
    """Restores a detail with its margin, [1, 3, H, W], and returns the detail."""
    left, top, width, height = detail
    x, y = max(0, left - AROUND), max(0, top - AROUND)
    part = image[..., y : top + height + AROUND, x : left + width + AROUND]
    return cut(restore(network, part)[1][-1], (left - x, top - y, width, height))


def cut(image: Tensor, detail: Detail) -> Image.Image:
    """Returns a detail of [1, 3, H, W] in [0, 1] as an 8-bit picture."""
    left, top, width, height = detail
    part = image[0, :, top : top + height, left : left + width]
    return Image.fromarray(
        (part.clamp(0, 1) * 255).round().byte().permute(1, 2, 0).contiguous().numpy()
    )


def draw(pictures: list[tuple[str, list[Image.Image]]]) -> Image.Image:
    """Assembles labelled rows of details."""
    width, height = (DETAILS[0][2] + GAP, DETAILS[0][3] + LABEL)
    sheet = Image.new("RGB", (width * len(DETAILS) - GAP, height * len(pictures)), "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(14)
    for row, (name, details) in enumerate(pictures):
        pen.text((2, row * height + 2), name, fill="black", font=font)
        for column, detail in enumerate(details):
            sheet.paste(detail, (column * width, row * height + LABEL))
    return sheet
