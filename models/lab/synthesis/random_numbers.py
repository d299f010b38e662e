"""Random numbers in the shapes and distributions of the synthesis."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass
class Dice:
    """Draws on the CPU, so that a seed gives the same photos and paths on every device."""

    generator: torch.Generator
    device: torch.device
    dtype: torch.dtype = torch.float32

    def _place(self, x: Tensor) -> Tensor:
        return x.to(self.device, self.dtype)

    def uniform(self, *shape: int, low: float = 0.0, high: float = 1.0) -> Tensor:
        """Returns uniform numbers in [low, high)."""
        return self._place(
            low + (high - low) * torch.rand(shape, generator=self.generator, dtype=torch.float64)
        )

    def log_uniform(self, *shape: int, low: float, high: float) -> Tensor:
        """Returns numbers in [low, high) whose logarithm is uniform."""
        return torch.exp(self.uniform(*shape, low=math.log(low), high=math.log(high)))

    def normal(self, *shape: int) -> Tensor:
        """Returns standard normal numbers."""
        return self._place(torch.randn(shape, generator=self.generator, dtype=torch.float64))

    def chance(self, count: int, share: float) -> Tensor:
        """Returns [count] bool, true with probability `share`."""
        return self.uniform(count) < share

    def integer(self, low: int, high: int) -> int:
        """Returns one integer in [low, high]."""
        return int(torch.randint(low, high + 1, (), generator=self.generator))

    def number(self, low: float = 0.0, high: float = 1.0) -> float:
        """Returns one uniform number in [low, high)."""
        return low + (high - low) * float(
            torch.rand((), generator=self.generator, dtype=torch.float64)
        )

    def noise(self, shape: torch.Size) -> Tensor:
        """Returns normal noise, drawn on the pixels' device by a generator seeded from this one."""
        seed = int(torch.randint(0, 2**62, (), generator=self.generator))
        local = torch.Generator(self.device).manual_seed(seed)
        return torch.randn(shape, generator=local, device=self.device, dtype=self.dtype)
