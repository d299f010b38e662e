"""Photos as float tensors, and folders of real pairs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

SELECTION = 4  # number of real pairs, the first by name, that select; the others are reported
SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff"}


def photo_paths(folder: Path) -> list[Path]:
    """Returns the images of a folder, by name. Raises FileNotFoundError if it has none."""
    paths = sorted(p for p in Path(folder).iterdir() if p.suffix.lower() in SUFFIXES)
    if not paths:
        raise FileNotFoundError(f"no images in {folder}")
    return paths


def read_photo(path: Path) -> Tensor:
    """Reads a photo as float32 [1, 3, H, W] in [0, 1], in the file's own encoding."""
    pixels = np.array(Image.open(path).convert("RGB"))
    return torch.from_numpy(pixels).permute(2, 0, 1).float().div_(255).unsqueeze(0)


def real_pairs(blur: Path, sharp: Path) -> Iterator[tuple[str, Tensor, Tensor]]:
    """Yields (name, blurred, sharp) for files of equal stem in two folders, by name.

    Raises FileNotFoundError for a blurred photo without a sharp one.
    """
    targets = {p.stem: p for p in photo_paths(sharp)}
    for path in photo_paths(blur):
        if path.stem not in targets:
            raise FileNotFoundError(f"{sharp} has no sharp photo for {path.name}")
        yield path.stem, read_photo(path), read_photo(targets[path.stem])


def pad_to_multiple(image: Tensor, multiple: int) -> Tensor:
    """Pads [.., H, W] by reflection at the right and bottom to multiples of `multiple`."""
    h, w = image.shape[-2:]
    return F.pad(image, (0, -w % multiple, 0, -h % multiple), mode="reflect")


def middle(image: Tensor, size: int) -> Tensor:
    """Returns the middle [.., size, size] of an image, or all of a smaller one."""
    top, left = (max(0, (n - size) // 2) for n in image.shape[-2:])
    return image[..., top : top + size, left : left + size]


def quantise(image: Tensor) -> Tensor:
    """Clamps to [0, 1] and rounds to 1/255, the values of an 8-bit file."""
    return image.clamp(0, 1).mul(255).round().div(255)
