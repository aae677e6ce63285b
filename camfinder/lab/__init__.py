"""A simulated building to try camfinder on."""
