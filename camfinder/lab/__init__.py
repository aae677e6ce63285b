"""A simulated building to try camfinder on: devices from persona files, on real sockets.

`building` says who lives where, `run` starts and stops it, `scale` makes big ones. The file
format is in `docs/lab.md`.
"""
