"""Loads, cuts, embeds, stores and searches documents about anything."""

import os

# ONNX Runtime makes itself a device id and notes what it does as soon as it is imported.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
