"""Reading photos for measuring: 8-bit files to float tensors, and folders of real pairs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

SELECTION = 4  # the first real pairs, by name, select; the others are only reported
SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff"}


def photo_paths(folder: Path) -> list[Path]:
    """The images of a folder, by name. Raises FileNotFoundError when there is none."""
    paths = sorted(p for p in Path(folder).iterdir() if p.suffix.lower() in SUFFIXES)
    if not paths:
        raise FileNotFoundError(f"no images in {folder}")
    return paths


def read_photo(path: Path) -> Tensor:
    """[1, 3, H, W] float32 in [0, 1], in the file's own encoding."""
    pixels = np.array(Image.open(path).convert("RGB"))
    return torch.from_numpy(pixels).permute(2, 0, 1).float().div_(255).unsqueeze(0)


def real_pairs(blur: Path, sharp: Path) -> Iterator[tuple[str, Tensor, Tensor]]:
    """(name, blurred, sharp) for files of equal stem in two folders, by name."""
    targets = {p.stem: p for p in photo_paths(sharp)}
    for path in photo_paths(blur):
        if path.stem not in targets:
            raise FileNotFoundError(f"{path.name} has no partner in {sharp}")
        yield path.stem, read_photo(path), read_photo(targets[path.stem])


def pad_to_multiple(image: Tensor, multiple: int) -> Tensor:
    """Reflect at the right and bottom until both sides are multiples of `multiple`."""
    h, w = image.shape[-2:]
    return F.pad(image, (0, -w % multiple, 0, -h % multiple), mode="reflect")


def middle(image: Tensor, size: int) -> Tensor:
    """The middle [.., size, size] of an image, less where it is smaller."""
    top, left = (max(0, (n - size) // 2) for n in image.shape[-2:])
    return image[..., top : top + size, left : left + size]


def quantise(image: Tensor) -> Tensor:
    """What an 8-bit file would hold: clamped and rounded to 1/255."""
    return image.clamp(0, 1).mul(255).round().div(255)
