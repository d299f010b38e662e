"""Runs of a campaign: folders with a checkpoint, a log, and the state for resuming."""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

STATE = "campaign.json"


@dataclass
class Run:
    """Run in a folder `<network>-<number>`.

    It is open until its network was scored; a refused one can be opened again.
    """

    folder: Path
    network: str
    began: str | None  # version of the plug-in that gave its weights; `None` = a new network
    minutes: float  # training time of this round
    left: float  # minutes left; 0 = ready to be scored
    round: int = 1  # number of times that it got minutes
    step: int = 0
    devices: list[str] = field(default_factory=list)
    verdict: list[str] | None = None  # reasons for refusal; empty = shipped, `None` = not scored

    @property
    def open(self) -> bool:
        """Whether the run still has to be scored."""
        return self.verdict is None

    def reopen(self, minutes: float) -> None:
        """Gives a refused run more minutes."""
        self.minutes = self.left = minutes
        self.round += 1
        self.verdict = None

    def save(self) -> None:
        """Writes beside the state, then renames, so that a kill leaves no partial state."""
        self.folder.mkdir(parents=True, exist_ok=True)
        state = {key: value for key, value in asdict(self).items() if key != "folder"}
        temporary = self.folder / f"{STATE}.tmp"
        temporary.write_text(json.dumps(state, indent=2) + "\n")
        os.replace(temporary, self.folder / STATE)


def load(folder: Path) -> Run:
    """Reads a run's state."""
    return Run(folder, **json.loads((folder / STATE).read_text()))


def runs_in(folder: Path) -> list[Run]:
    """Returns the runs of campaigns in a folder, by network and number."""
    found = [path.parent for path in folder.glob(f"*/{STATE}")]
    return [load(path) for path in sorted(found, key=lambda path: (len(path.name), path.name))]


@contextmanager
def held(run: Run) -> Iterator[None]:
    """Locks the run; the lock ends with the process.

    Raises BlockingIOError if another process has locked it.
    """
    run.folder.mkdir(parents=True, exist_ok=True)
    with (run.folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def busy_networks(folder: Path) -> set[str]:
    """Returns the networks that other campaigns are training now."""
    busy = set()
    for run in runs_in(folder):
        try:
            with held(run):
                pass
        except BlockingIOError:
            busy.add(run.network)
    return busy


def open_run(
    folder: Path, versions: dict[str, str | None], network: str | None = None
) -> Run | None:
    """Returns a run that was interrupted or waits to be scored, or `None`.

    versions: current plug-in versions of the networks to consider; runs that started from another
    version are out of date. network: considers this one only.
    """
    for run in runs_in(folder):
        if (
            run.open
            and run.network in versions
            and run.began == versions[run.network]
            and network in (None, run.network)
        ):
            return run
    return None


def refused_run(folder: Path, network: str, version: str | None) -> Run | None:
    """Returns the network's last run if it was refused and its plug-in is still the current one."""
    last = next((run for run in reversed(runs_in(folder)) if run.network == network), None)
    return last if last and last.verdict and last.began == version else None


def run_for(folder: Path, network: str, version: str | None, minutes: float) -> Run:
    """Returns the run for the next minutes: a reopened refused one, or a new one."""
    if run := refused_run(folder, network, version):
        run.reopen(minutes)
        return run
    taken = [
        int(m[1])
        for path in folder.glob(f"{network}-*")
        if (m := re.fullmatch(rf"{network}-(\d+)", path.name))
    ]
    return Run(
        folder / f"{network}-{max(taken, default=0) + 1}", network, version, minutes, minutes
    )
