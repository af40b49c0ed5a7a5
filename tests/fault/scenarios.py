"""Scenarios of one fault each."""
TABLE = {}
