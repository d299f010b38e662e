"""ONNX Runtime writes no telemetry files when the lab loads it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

MODELS = Path(__file__).parents[2]

SCRIPT = """
import sys
import lab.export.parity
import onnxruntime
onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
"""


def test_the_runtime_leaves_no_trace_in_the_home_folder(tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    graph = MODELS / "adn" / "step.onnx"
    command = [sys.executable, "-B", "-c", SCRIPT, str(graph)]
    subprocess.run(command, cwd=MODELS, env={**env, "HOME": str(tmp_path)}, check=True)
    assert not (tmp_path / ".cache" / "Microsoft").exists()
