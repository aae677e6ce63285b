"""The page of the architecture as code: scan, replay, identify."""
