"""Verdicts over an inventory document: policies, advisories, posture. Pure."""
