"""Export to a plug-in: one ONNX graph per stage, 16-bit weights, parity check, manifest with hashes."""
