"""A campaign's runs: folders with a checkpoint, a log, and a state that lets an interrupted campaign go on."""

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
    """One run folder, `<network>-<number>`. It is open until its network was judged; a refused one can be opened again."""

    folder: Path
    network: str
    began: str | None  # version of the plug-in whose weights it began with; None: there was no plug-in
    minutes: float  # that this round was given
    left: float  # of them; 0: to be judged
    round: int = 1  # times that it was given minutes
    step: int = 0
    devices: list[str] = field(default_factory=list)
    verdict: list[str] | None = None  # why it was refused; empty: it was not; None: not judged yet

    @property
    def open(self) -> bool:
        return self.verdict is None

    def reopen(self, minutes: float) -> None:
        self.minutes = self.left = minutes
        self.round += 1
        self.verdict = None

    def save(self) -> None:
        """Write beside, then rename: a killed campaign never leaves half a state."""
        self.folder.mkdir(parents=True, exist_ok=True)
        state = {key: value for key, value in asdict(self).items() if key != "folder"}
        temporary = self.folder / f"{STATE}.tmp"
        temporary.write_text(json.dumps(state, indent=2) + "\n")
        os.replace(temporary, self.folder / STATE)


def load(folder: Path) -> Run:
    return Run(folder, **json.loads((folder / STATE).read_text()))


def runs_in(folder: Path) -> list[Run]:
    """The campaign's runs among all, by network and number."""
    found = [path.parent for path in folder.glob(f"*/{STATE}")]
    return [load(path) for path in sorted(found, key=lambda path: (len(path.name), path.name))]


@contextmanager
def held(run: Run) -> Iterator[None]:
    """Nobody else works on the run meanwhile. Raises BlockingIOError when somebody does. A killed process holds nothing."""
    run.folder.mkdir(parents=True, exist_ok=True)
    with (run.folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def busy_networks(folder: Path) -> set[str]:
    """Networks whose run another campaign works on just now."""
    busy = set()
    for run in runs_in(folder):
        try:
            with held(run):
                pass
        except BlockingIOError:
            busy.add(run.network)
    return busy


def open_run(folder: Path, versions: dict[str, str | None], network: str | None = None) -> Run | None:
    """A run that was interrupted, or waits to be judged. `versions`: of the plug-ins as they are now, of those
    networks that may be trained: what began with another version is out of date. `network`: of this one alone."""
    for run in runs_in(folder):
        if run.open and run.network in versions and run.began == versions[run.network] and network in (None, run.network):
            return run
    return None


def refused_run(folder: Path, network: str, version: str | None) -> Run | None:
    """The network's last run, where it did not become better than the plug-in that there still is."""
    last = next((run for run in reversed(runs_in(folder)) if run.network == network), None)
    return last if last and last.verdict and last.began == version else None


def run_for(folder: Path, network: str, version: str | None, minutes: float) -> Run:
    """The run that is given the next minutes: a refused one goes on, else it is a new one."""
    if run := refused_run(folder, network, version):
        run.reopen(minutes)
        return run
    taken = [int(m[1]) for path in folder.glob(f"{network}-*") if (m := re.fullmatch(rf"{network}-(\d+)", path.name))]
    return Run(folder / f"{network}-{max(taken, default=0) + 1}", network, version, minutes, minutes)
