"""Settings of the blur synthesis."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SynthesisConfig:
    """Settings of the synthesis: shares are probabilities per image, lengths are paths in px."""

    min_length: float = 1.0
    max_length: float = 64.0
    # With a tenth, and half of the training on strong blur, sharp photos stayed below 38 dB.
    identity_share: float = 0.15
    object_share: float = 0.4
    max_objects: int = 2
    lift_share: float = 0.5
    max_lift: float = 8.0
    video_average_share: float = 0.25
    noise_share: float = 0.9
    min_iso: float = 50.0
    max_iso: float = 3200.0
    bayer_share: float = 0.5
    jpeg_share: float = 0.7
    jpeg_quality: tuple[int, int] = (60, 98)
    tone_share: float = 0.5
    max_samples: int = 48  # instants per exposure
    # Out of focus instead of moved by the camera; objects in focus keep their own motion.
    defocus_share: float = 0.0
    min_radius: float = 1.0  # of the disc, in px
    max_radius: float = 12.0
    focused_object_share: float = 0.5

    @staticmethod
    def hard() -> SynthesisConfig:
        """Returns strong blur of 4-32 px with few other effects, for the first part of training."""
        return SynthesisConfig(
            min_length=4,
            max_length=32,
            identity_share=0.0,
            object_share=0.0,
            lift_share=0.3,
            video_average_share=0.4,
            noise_share=0.5,
            max_iso=400,
            bayer_share=0.0,
            jpeg_share=0.0,
            tone_share=0.0,
            max_samples=24,
        )

    @staticmethod
    def full() -> SynthesisConfig:
        """Returns all effects of a real camera."""
        return SynthesisConfig()

    @staticmethod
    def extent() -> SynthesisConfig:
        """Returns motion of all lengths, and defocus, to learn the extent of blur from."""
        return SynthesisConfig(
            min_length=1.0, max_length=64.0, identity_share=0.08, defocus_share=0.3
        )

    @staticmethod
    def frozen() -> SynthesisConfig:
        """Returns settings of the validation set: all effects, clear blur, no identity pairs."""
        return SynthesisConfig(min_length=3, max_length=20, identity_share=0.0)
