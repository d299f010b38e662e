"""Blur synthesis: turns sharp photos into aligned pairs of blurred and sharp patches."""

from .bank import Cutouts, PhotoBank
from .config import SynthesisConfig
from .pipeline import BlurSynthesizer, Pair

__all__ = ["BlurSynthesizer", "Cutouts", "Pair", "PhotoBank", "SynthesisConfig"]
