"""Writes DATA.md from the photos' manifest, a table of files, authors and licences.

    python -m lab.attribution MANIFEST.tsv --out lab/DATA.md

Creative Commons Attribution requires the authors' names; the photos are not part of the project.
"""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from pathlib import Path

from .evaluate.card import prose

HEAD = """# Training and test data

None of the photos listed here is part of this repository. The networks are trained on synthetic
blur from sharp photos (`train/`, moving cut-outs from `foregrounds/`). They are measured on `val/`,
on the frozen set made from it (`python -m lab.synthesis.frozen`), and on real pairs (`pairs/`: Nah
et al. 2017, GoPro, CC BY 4.0), which are never trained on. `sequences/` (DAVIS) shows real object
motion.

Written by `python -m lab.attribution` from the manifest of the photos.

| folder | photos |
| --- | --- |
"""


def main() -> None:
    """Runs the command."""
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("manifest", type=Path)
    p.add_argument("--out", type=Path, required=True)
    args = p.parse_args()
    with args.manifest.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    args.out.write_text(HEAD + folders(rows) + sources(rows))


def folders(rows: list[dict[str, str]]) -> str:
    """Returns the number of files in each folder, as lines of a table."""
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        counts[row["file"].split("/")[0]] += 1
    return "".join(f"| {name}/ | {n} |\n" for name, n in sorted(counts.items()))


def sources(rows: list[dict[str, str]]) -> str:
    """Returns a section per licence, with a paragraph per source: authors and original files."""
    by_licence: dict[str, dict[str, list[dict[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        by_licence[row["licence"]][row["source_repo"]].append(row)
    lines: list[str] = []
    for licence, repositories in sorted(by_licence.items()):
        lines += ["", f"## {licence}", ""]
        for repository, found in sorted(repositories.items()):
            authors = ", ".join(sorted({r["author"] for r in found if r["author"]}))
            files = ", ".join(sorted({Path(r["original_path"]).name for r in found}))
            named = f" Authors: {authors}." if authors else ""
            lines += prose(f"**{repository}** ({len(found)} files).{named} Originals: {files}.")
        lines.pop()
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
