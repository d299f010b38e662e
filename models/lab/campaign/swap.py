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


def recover(parent: Path) -> None:
    """After a kill: bring back what was put aside, and delete what is left over."""
    for old in parent.glob(f"*{OLD}"):
        folder = old.with_name(old.name.removesuffix(OLD))
        if folder.exists():
            shutil.rmtree(old)
        else:
            os.rename(old, folder)
    for new in parent.glob(f"*{NEW}"):
        shutil.rmtree(new)
