"""A plug-in's folder is replaced as a whole: at any moment there is the old one, or the new one, or what `recover` mends."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

OLD, NEW = ".old.tmp", ".new.tmp"  # beside the folder, so that renaming is enough


def replace_folder(folder: Path, source: Path) -> None:
    """`folder` becomes a copy of `source`; what it held is gone."""
    new, old = (folder.with_name(folder.name + ending) for ending in (NEW, OLD))
    shutil.copytree(source, new)
    if folder.exists():
        os.rename(folder, old)
    os.rename(new, folder)
    shutil.rmtree(old, ignore_errors=True)


def recover(folder: Path) -> None:
    """After a kill: bring back what was put aside, and delete what is left over."""
    new, old = (folder.with_name(folder.name + ending) for ending in (NEW, OLD))
    if old.exists() and not folder.exists():
        os.rename(old, folder)
    for rest in (new, old):
        shutil.rmtree(rest, ignore_errors=True)
