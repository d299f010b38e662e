"""Files of trained extent heads, which name the body that they belong to."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from torch import nn

from ..networks.adn import Adn, ExtentHead
from ..train import checkpoint


def body_digest(network: Adn) -> str:
    """Returns the SHA-256 of the body's weights, rounded to 16 bit as they ship."""
    weights = network.stages[0].body.state_dict()
    parts = [weights[name].half().numpy().tobytes() for name in sorted(weights)]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def save_head(path: Path, head: nn.Module, body: str, facts: dict[str, Any]) -> None:
    """Writes a head, the digest of its body, and facts about its training."""
    checkpoint.save(path, {"head": head.state_dict(), "body": body, "facts": facts})


def load_head(path: Path, network: Adn) -> tuple[ExtentHead, dict[str, Any]]:
    """Reads a head for `network` and the facts about its training.

    Raises ValueError if it was trained on another body: its features would mean something else.
    """
    state = checkpoint.load(path)
    if state["body"] != body_digest(network):
        raise ValueError(f"{path} was trained on the features of another body: train it again")
    head = ExtentHead(network.config)
    head.load_state_dict(state["head"])
    return head.eval(), state["facts"]
