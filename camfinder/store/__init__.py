"""The inventory over time, in a database."""
