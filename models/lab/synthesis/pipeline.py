"""Synthesis of blurred and sharp pairs, batched.

Scene, exposure, development, compression: the blur itself is averaged in linear light, or on
encoded frames, as data sets made from video do.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from .bank import Cutouts, PhotoBank
from .camera_path import camera_homographies, object_homographies
from .colour import lift_highlights, to_encoded, to_linear
from .config import SynthesisConfig
from .jpeg import jpeg
from .objects import object_layer
from .random_numbers import Dice
from .sensor import through_sensor
from .tone import tone_curve, white_balance
from .warp import pixel_grid, warped


@dataclass
class Pair:
    """Batch of pairs: blurred and sharp [B, 3, S, S], encoded in [0, 1], 8-bit values.

    length [B]: path of the motion in px; 0 = identity pair, NaN = unknown.
    """

    blurred: Tensor
    sharp: Tensor
    length: Tensor


@dataclass
class Layer:
    """Objects in front of N images of a batch.

    where [N]: their image. rgba [N, 4, P, P]: premultiplied. motion [N, K, 3, 3].
    """

    where: Tensor
    rgba: Tensor
    motion: Tensor

    @staticmethod
    def over(front: Tensor, back: Tensor) -> Tensor:
        """Composites premultiplied [N, 4, S, S] over [N, 3, S, S]."""
        return front[:, :3] + (1 - front[:, 3:]) * back


@dataclass
class BlurSynthesizer:
    """Synthesizes pairs on `device`; equal generator states give equal pairs."""

    bank: PhotoBank
    cutouts: Cutouts
    config: SynthesisConfig
    device: torch.device
    dtype: torch.dtype = torch.float32

    @torch.no_grad()
    def batch(self, count: int, size: int, generator: torch.Generator) -> Pair:
        """Returns `count` pairs of size x size. Raises ValueError if the photo bank is empty."""
        if not self.bank.photos:
            raise ValueError("the photo bank is empty")
        config, dice = self.config, Dice(generator, self.device, self.dtype)
        length = dice.log_uniform(count, low=config.min_length, high=config.max_length)
        length = torch.where(
            dice.chance(count, config.identity_share), torch.zeros_like(length), length
        )
        video = dice.chance(count, config.video_average_share)

        scene, homographies = self._scene(dice, count, size, length, video)
        exposed, sharp = self._expose(dice, scene, homographies, size, length, video)
        blurred, sharp = self._develop(dice, exposed, sharp, video)
        blurred = self._compress(dice, blurred)
        return Pair(eight_bit(blurred), eight_bit(sharp), length)

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
        dice: Dice,
        scene: Tensor,
        homographies: Tensor,
        size: int,
        length: Tensor,
        video: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """Averages the scene with its objects over the exposure.

        Returns (exposed, sharp) [B, 3, S, S], encoded or linear as the scene is.
        """
        count, samples = homographies.shape[:2]
        grid = pixel_grid(size, scene)
        margin = (scene.shape[-1] - size) // 2
        still = scene[..., margin : margin + size, margin : margin + size]
        layers = self._layers(dice, count, scene.shape[-1], samples, length, video)
        total = torch.zeros_like(still)
        for t in range(samples):
            frame = warped(scene, homographies[:, t], grid)
            for layer in layers:
                frame[layer.where] = layer.over(
                    warped(layer.rgba, layer.motion[:, t], grid), frame[layer.where]
                )
            total += frame
        sharp = still.clone()
        for layer in layers:
            own = layer.rgba[..., margin : margin + size, margin : margin + size]
            sharp[layer.where] = layer.over(own, sharp[layer.where])
        unmoved = (length == 0).view(-1, 1, 1, 1)
        return torch.where(unmoved, sharp, total / samples), sharp

    def _layers(
        self, dice: Dice, count: int, side: int, samples: int, length: Tensor, video: Tensor
    ) -> list[Layer]:
        """Returns up to `max_objects` layers of moving objects."""
        layers = []
        for _ in range(self.config.max_objects):
            where = dice.chance(count, self.config.object_share).nonzero()[:, 0]
            own = dice.log_uniform(
                count, low=max(1.0, self.config.min_length), high=self.config.max_length
            )
            own = torch.minimum(own, 0.6 * length.max()) * (length > 0)  # stays within the margin
            motion = object_homographies(dice, own, samples)
            rgba = [
                object_layer(dice, self.bank, self.cutouts, side, bool(video[i])) for i in where
            ]
            if rgba:
                layers.append(Layer(where, torch.stack(rgba), motion[where]))
        return layers

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
