"""Runs that move between machines: in files of at most 15 MiB, since what comes back from a lent one is limited."""

from __future__ import annotations

import shutil
from pathlib import Path

from ..train import checkpoint
from .runs import STATE, Run, load

WHOLE = ("log.jsonl", STATE)  # files that travel uncut; the state last, so that it never tells of what is missing


def pack(run: Run, parts: Path) -> None:
    """Write parts/<run>/, which may be there."""
    folder = parts / run.folder.name
    checkpoint.split(run.folder / "checkpoint.pt", folder)
    for name in WHOLE:
        if (run.folder / name).exists():
            shutil.copy(run.folder / name, folder / name)


def unpack(parts: Path, runs: Path) -> None:
    """Take over the runs of `parts` that `runs` lacks, or has older ones of."""
    for path in parts.glob(f"*/{STATE}"):
        source, folder = path.parent, runs / path.parent.name
        if (folder / STATE).exists() and progress(load(folder)) >= progress(load(source)):
            continue
        folder.mkdir(parents=True, exist_ok=True)
        checkpoint.join(list(source.glob("checkpoint.pt.*")), folder / "checkpoint.pt")
        for name in WHOLE:
            if (source / name).exists():
                shutil.copy(source / name, folder / name)


def progress(run: Run) -> tuple[int, int, bool]:
    """Orders the states of one run by time."""
    return run.round, run.step, not run.open
