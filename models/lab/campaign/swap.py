"""Replacement of a plug-in's folder as a whole.

At any moment the folder is the old one, the new one, or in a state that `recover` repairs.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

OLD, NEW = ".old.tmp", ".new.tmp"  # on the same disk, so that renaming is enough


def replace_folder(folder: Path, source: Path) -> None:
    """Replaces `folder` by a copy of `source`."""
    new, old = (folder.with_name(folder.name + ending) for ending in (NEW, OLD))
    shutil.copytree(source, new)
    if folder.exists():
        os.rename(folder, old)
    os.rename(new, folder)
    shutil.rmtree(old, ignore_errors=True)


def recover(folder: Path) -> None:
    """Repairs the folder after a kill: restores the old one if needed and deletes leftovers."""
    new, old = (folder.with_name(folder.name + ending) for ending in (NEW, OLD))
    if old.exists() and not folder.exists():
        os.rename(old, folder)
    for rest in (new, old):
        shutil.rmtree(rest, ignore_errors=True)
