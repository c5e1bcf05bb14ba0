"""A trained network for other programs: folded to plain layers, as JSON, NumPy's arrays, safetensors or ONNX."""
