"""Migrations of the store, oldest first; alembic finds them by their file names."""
