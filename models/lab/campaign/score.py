"""Comparison of a new network with its plug-in, both with shipped, rounded weights."""

from __future__ import annotations

from dataclasses import dataclass

from ..evaluate.scores import mean_score, score_pairs
from ..evaluate.sets import Sets
from ..networks.network import Network
from .targets import BETTER, NOT_WORSE, SHARP


@dataclass(frozen=True)
class Quality:
    """Gains over the input in dB; 0 = no network."""

    frozen: float = 0.0
    selection: float = 0.0


def quality(network: Network, sets: Sets) -> Quality:
    """Measures a network with shipped, rounded weights (`weights.load_rounded`)."""
    frozen, selection = (
        mean_score(score_pairs(network, pairs))["gain"]
        for pairs in (sets.frozen(), sets.selected())
    )
    return Quality(frozen, selection)


def not_better(new: Quality, old: Quality) -> list[str]:
    """Returns the reasons against replacing `old` by `new`; empty = replace it."""
    reasons = []
    if new.frozen < old.frozen + BETTER:
        reasons.append(
            f"frozen validation: {new.frozen:+.3f} dB after {old.frozen:+.3f}, wanted {BETTER} more"
        )
    if new.selection < old.selection - NOT_WORSE:
        reasons.append(f"selection pairs: {new.selection:+.3f} dB after {old.selection:+.3f}")
    return reasons


def not_faithful(sharp: float) -> list[str]:
    """Returns the reasons against shipping a network with `sharp` dB on sharp photos."""
    return [f"sharp photos: {sharp:.2f} dB, wanted {SHARP}"] if sharp < SHARP else []
