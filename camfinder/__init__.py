"""camfinder: finds every camera, recorder, encoder and video doorbell on a network."""

__version__ = "0.1.0"
