"""Synthesis of blurred and sharp pairs, batched.

Scene, exposure, development, compression: the blur itself is averaged in linear light, or on
encoded frames, as data sets made from video do.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from .bank import Cutouts, PhotoBank
from .camera_path import camera_homographies, still_where
from .colour import lift_highlights, to_encoded, to_linear
from .config import SynthesisConfig
from .defocus import out_of_focus
from .jpeg import jpeg
from .layers import Layer, middle, moving_layers
from .random_numbers import Dice
from .sensor import through_sensor
from .tone import tone_curve, white_balance
from .truth import CELL, BlurTruth, cover, path_covariance
from .warp import pixel_grid, warped


@dataclass
class Pair:
    """Batch of pairs: blurred and sharp [B, 3, S, S], encoded in [0, 1], 8-bit values.

    length [B]: path of the motion in px; 0 = identity pair, NaN = unknown. truth: blur of every
    cell, if it was asked for.
    """

    blurred: Tensor
    sharp: Tensor
    length: Tensor
    truth: BlurTruth | None = None


@dataclass
class BlurSynthesizer:
    """Synthesizes pairs on `device`; equal generator states give equal pairs."""

    bank: PhotoBank
    cutouts: Cutouts
    config: SynthesisConfig
    device: torch.device
    dtype: torch.dtype = torch.float32

    @torch.no_grad()
    def batch(self, count: int, size: int, generator: torch.Generator, truth: bool = False) -> Pair:
        """Returns `count` pairs of size x size, with the true blur of their cells if `truth`.

        Raises ValueError if the photo bank is empty, or if `truth` and `size` is no multiple of 8.
        """
        if truth and size % CELL:
            raise ValueError(f"cells of {CELL} px do not fit into {size} px")
        if not self.bank.photos:
            raise ValueError("the photo bank is empty")
        config, dice = self.config, Dice(generator, self.device, self.dtype)
        length = dice.log_uniform(count, low=config.min_length, high=config.max_length)
        length = torch.where(
            dice.chance(count, config.identity_share), torch.zeros_like(length), length
        )
        video = dice.chance(count, config.video_average_share)
        radius = torch.zeros_like(length)
        if config.defocus_share > 0:  # draws nothing otherwise: seeds of older sets stay valid
            radius, video = self._defocused(dice, length, video)

        moved = torch.where(radius > 0, torch.zeros_like(length), length)
        scene, homographies = self._scene(dice, count, size, length, video)
        homographies = still_where(radius > 0, homographies)
        layers = moving_layers(
            dice, self.bank, self.cutouts, config, scene, homographies, length, radius, video
        )
        exposed, sharp = self._expose(scene, homographies, layers, size, length, radius)
        blurred, sharp = self._develop(dice, exposed, sharp, video)
        blurred = self._compress(dice, blurred)
        pair = Pair(eight_bit(blurred), eight_bit(sharp), moved)
        if truth:
            pair.truth = self._truth(homographies, layers, size, radius)
        return pair

    def _defocused(self, dice: Dice, length: Tensor, video: Tensor) -> tuple[Tensor, Tensor]:
        """Returns the radius of the lens's disc [B] in px, 0 = in focus, and `video` without those.

        Light adds up behind the lens: defocus needs linear light.
        """
        config, count = self.config, length.shape[0]
        chosen = dice.chance(count, config.defocus_share) & (length > 0)
        radius = dice.log_uniform(count, low=config.min_radius, high=config.max_radius)
        return torch.where(chosen, radius, torch.zeros_like(radius)), video & ~chosen

    def _scene(
        self, dice: Dice, count: int, size: int, length: Tensor, video: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Returns backgrounds [B, 3, P, P] and their motion [B, K, 3, 3].

        Backgrounds have a margin that covers the motion; they are encoded where `video`, else
        linear.
        """
        margin = int(0.75 * float(length.max())) + 4
        crops = [self.bank.crop(dice, size + 2 * margin) for _ in range(count)]
        encoded = torch.stack([c[0] for c in crops])
        middles = torch.stack([c[1] for c in crops])
        long_side = torch.tensor([c[2] for c in crops], device=self.device, dtype=self.dtype)
        focal = long_side * dice.uniform(count, low=0.7, high=1.6)
        lift = (self.config.max_lift - 1) * dice.uniform(count)
        lift = 1 + lift * dice.chance(count, self.config.lift_share)
        linear = lift_highlights(to_linear(encoded), lift)
        scene = torch.where(video.view(-1, 1, 1, 1), encoded, linear)
        samples = min(self.config.max_samples, max(9, int(0.8 * float(length.max()) + 1)))
        return scene, camera_homographies(dice, length, middles, focal, samples)

    def _expose(
        self,
        scene: Tensor,
        homographies: Tensor,
        layers: list[Layer],
        size: int,
        length: Tensor,
        radius: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """Averages the scene with its objects over the exposure.

        Returns (exposed, sharp) [B, 3, S, S], encoded or linear as the scene is.
        """
        samples = homographies.shape[1]
        grid = pixel_grid(size, scene)
        still = middle(scene, size)
        seen = out_of_focus(scene, radius)
        total = torch.zeros_like(still)
        for t in range(samples):
            frame = warped(seen, homographies[:, t], grid)
            for layer in layers:
                frame[layer.where] = layer.over(
                    warped(layer.seen, layer.motion[:, t], grid), frame[layer.where]
                )
            total += frame
        sharp = still.clone()
        for layer in layers:
            sharp[layer.where] = layer.over(middle(layer.rgba, size), sharp[layer.where])
        unmoved = (length == 0).view(-1, 1, 1, 1)
        return torch.where(unmoved, sharp, total / samples), sharp

    def _truth(
        self, homographies: Tensor, layers: list[Layer], size: int, radius: Tensor
    ) -> BlurTruth:
        """Returns the blur of the background's cells, or of the object that covers them."""
        covariance = path_covariance(homographies, size)
        discs = radius.view(-1, 1, 1, 1).expand_as(covariance[:, :1]).clone()
        for layer in layers:
            alpha, where = middle(layer.rgba, size)[:, 3:], layer.where
            own = path_covariance(layer.motion, size)
            covariance[where] = cover(covariance[where], own, alpha)
            disc = layer.radius.view(-1, 1, 1, 1).expand_as(own[:, :1])
            discs[where] = cover(discs[where], disc, alpha)
        return BlurTruth(covariance, discs)

    def _develop(
        self, dice: Dice, exposed: Tensor, sharp: Tensor, video: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Applies sensor, white balance, tone curve and encoding.

        Images averaged as video are encoded already and stay as they are.
        """
        config, count = self.config, exposed.shape[0]
        cinema = video.view(-1, 1, 1, 1)
        iso = dice.log_uniform(count, low=config.min_iso, high=config.max_iso)
        noisy = dice.chance(count, config.noise_share)
        mosaic = dice.chance(count, config.bayer_share)
        recorded = through_sensor(
            torch.where(cinema, to_linear(exposed.clamp(0, 1)), exposed), iso, noisy, mosaic, dice
        )
        gains = white_balance(dice, count, dice.chance(count, config.tone_share) & ~video)
        toned = dice.chance(count, config.tone_share) & ~video
        gamma = torch.where(
            toned, dice.uniform(count, low=0.8, high=1.25), torch.ones(count).to(exposed)
        )
        contrast = torch.where(
            toned, dice.uniform(count, low=-0.3, high=0.6), torch.zeros(count).to(exposed)
        )

        def finish(linear: Tensor) -> Tensor:
            return tone_curve(to_encoded(linear * gains), gamma, contrast)

        blurred = torch.where(cinema, exposed, finish(recorded))
        sharp = torch.where(cinema, sharp, finish(sharp.clamp(0, 1)))
        return blurred.clamp(0, 1), sharp.clamp(0, 1)

    def _compress(self, dice: Dice, blurred: Tensor) -> Tensor:
        """Compresses most inputs as JPEG, and most of those with chroma at half resolution."""
        count = blurred.shape[0]
        chosen = dice.chance(count, self.config.jpeg_share)
        low, high = self.config.jpeg_quality
        quality = dice.uniform(count, low=low, high=high).round()
        halved = dice.chance(count, 0.6)
        if not bool(chosen.any()):
            return blurred
        return torch.where(chosen.view(-1, 1, 1, 1), jpeg(blurred, quality, halved), blurred)


def eight_bit(image: Tensor) -> Tensor:
    """Rounds to the values of an 8-bit file."""
    return image.clamp(0, 1).mul(255).round().div(255)
