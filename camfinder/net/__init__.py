"""All sockets: scope, pace, sweep, transports."""
