"""Blur synthesis: sharp photos in, aligned pairs of blurred and sharp out."""

from .bank import Cutouts, PhotoBank
from .config import SynthesisConfig
from .pipeline import BlurSynthesizer, Pair

__all__ = ["BlurSynthesizer", "Cutouts", "Pair", "PhotoBank", "SynthesisConfig"]
