"""Export to a plug-in: ONNX graphs, 16-bit weights, parity check, manifest with hashes."""
