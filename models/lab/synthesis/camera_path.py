"""Motion of a camera or an object during the exposure."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from .random_numbers import Dice


def planar_path(dice: Dice, count: int, samples: int) -> Tensor:
    """Returns paths of hand tremor in the plane, [count, samples, 2], of length 1.

    Direction and speed are random walks; `wander` ranges from nearly straight sweeps to curls and
    prefers straight ones, as short exposures do. Paths are centred, so a blurred edge lies where
    the sharp one does.
    """
    wander = dice.uniform(count, 1) ** 2
    start = dice.uniform(count, 1, high=2 * math.pi)
    instants = torch.arange(samples, device=dice.device, dtype=dice.dtype)
    drift = dice.normal(count, 1) * 0.06 * wander * instants
    jitter = torch.cumsum(dice.normal(count, samples) * 0.4 * wander, dim=1)
    angle = start + drift + jitter
    speed = (1 + torch.cumsum(dice.normal(count, samples) * 0.12, dim=1)).clamp(0.2, 2.5)
    steps = torch.stack((angle.cos(), angle.sin()), dim=2) * speed[..., None]
    steps = steps / steps.norm(dim=2).sum(dim=1)[:, None, None]
    path = torch.cumsum(steps, dim=1)
    return path - path.mean(dim=1, keepdim=True)


def wander(dice: Dice, count: int, samples: int) -> Tensor:
    """Returns smooth scalar random walks, centred, of largest magnitude 1: [count, samples]."""
    walk = torch.cumsum(torch.cumsum(dice.normal(count, samples), dim=1), dim=1)
    walk = walk - walk.mean(dim=1, keepdim=True)
    return walk / walk.abs().amax(dim=1, keepdim=True).clamp_min(1e-9)


def camera_homographies(
    dice: Dice, length: Tensor, centre: Tensor, focal: Tensor, samples: int
) -> Tensor:
    """Returns the motion of a hand-held camera with six degrees of freedom, [B, samples, 3, 3].

    The scene lies at one depth. length [B]: path of the patch's centre in px. centre [B, 2]: its
    position in the frame, in px from the optical axis. focal [B]: focal length in px. The
    homographies map patch coordinates (px, origin at the patch's centre) at an instant to those of
    the sharp frame.

    Pitch and yaw (with sideways translation, which looks the same at one depth) move the picture
    along `path`. Their perspective part, roll about the optical axis and zoom make the blur vary
    over the frame.
    """
    count = length.shape[0]
    path = planar_path(dice, count, samples) * length[:, None, None]
    half_focal = 0.5 * focal[:, None]
    # Displacement by roll, in px at a distance of half a focal length.
    roll_px = dice.uniform(count, 1) ** 2 * 0.5 * length[:, None]
    roll = wander(dice, count, samples) * roll_px / half_focal
    zoom = wander(dice, count, samples) * 0.15 * dice.uniform(count, 1) ** 2
    zoom = zoom * length[:, None] / half_focal
    translation_share = dice.uniform(count, 1)
    tilt = path * (1 - translation_share[..., None]) / focal[:, None, None]

    cos, sin, grow = roll.cos(), roll.sin(), 1 + zoom
    zero, one = torch.zeros_like(roll), torch.ones_like(roll)
    turn = matrix(
        *(grow * cos, -grow * sin, path[..., 0]),
        *(grow * sin, grow * cos, path[..., 1]),
        *(zero, zero, one),
    )
    perspective = matrix(
        *(one, zero, zero),
        *(zero, one, zero),
        *(-tilt[..., 0] / focal[:, None], -tilt[..., 1] / focal[:, None], one),
    )
    in_frame = turn @ perspective
    to_frame, back = shift(centre), shift(-centre)
    moved = back[:, None] @ in_frame @ to_frame[:, None]
    return recentre(moved)


def object_homographies(dice: Dice, length: Tensor, samples: int) -> Tensor:
    """Returns the motion of objects: a planar path and a slight rotation, [B, samples, 3, 3].

    length [B]: path in px.
    """
    count = length.shape[0]
    path = planar_path(dice, count, samples) * length[:, None, None]
    roll = wander(dice, count, samples) * 0.05 * dice.uniform(count, 1)
    cos, sin = roll.cos(), roll.sin()
    zero, one = torch.zeros_like(roll), torch.ones_like(roll)
    return matrix(cos, -sin, path[..., 0], sin, cos, path[..., 1], zero, zero, one)


def matrix(*entries: Tensor) -> Tensor:
    """Assembles nine entries [B, K], row by row, to matrices [B, K, 3, 3]."""
    return torch.stack(entries, dim=-1).unflatten(-1, (3, 3))


def shift(by: Tensor) -> Tensor:
    """Returns translations [B, 3, 3] by [B, 2]."""
    eye = torch.eye(3, device=by.device, dtype=by.dtype).repeat(by.shape[0], 1, 1)
    eye[:, :2, 2] = by
    return eye


def recentre(h: Tensor) -> Tensor:
    """Removes the mean displacement of the patch's centre, so input and target stay aligned."""
    middle = h[..., :2, 2] / h[..., 2:, 2]
    return shift(-middle.mean(dim=1))[:, None] @ h


def still_where(chosen: Tensor, homographies: Tensor) -> Tensor:
    """Replaces motions [B, K, 3, 3] by the identity where `chosen` [B] is true."""
    eye = torch.eye(3, device=homographies.device, dtype=homographies.dtype)
    return torch.where(chosen.view(-1, 1, 1, 1), eye, homographies)
