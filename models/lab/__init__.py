"""Networks, blur synthesis, training, evaluation and export of the built-in plug-ins."""

import os

# Without this, set before it loads, ONNX Runtime's Linux build (1.30) looks up a telemetry host
# and writes into ~/.cache/Microsoft.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
