"""Networks, blur synthesis, training, evaluation and export of the built-in plug-ins."""

import os

# Must be set before ONNX Runtime loads: its Linux build (1.30) otherwise looks up a telemetry host
# and writes into ~/.cache/Microsoft.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
