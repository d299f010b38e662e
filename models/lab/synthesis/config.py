"""What is synthesized, as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SynthesisConfig:
    """Shares are probabilities per image; lengths are pixels of path within the patch."""

    min_length: float = 1.0
    max_length: float = 64.0
    identity_share: float = 0.15  # a tenth left sharp photos below 38 dB while half of the training is hard blur
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
    max_samples: int = 48  # instants that an exposure is integrated from

    @staticmethod
    def hard() -> SynthesisConfig:
        """For the beginning of training: clear blur of 4-32 px, next to nothing else."""
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
        """Everything: what real photos look like."""
        return SynthesisConfig()

    @staticmethod
    def frozen() -> SynthesisConfig:
        """The validation set: the whole pipeline, clear blur, no identity pairs."""
        return SynthesisConfig(min_length=3, max_length=20, identity_share=0.0)
