"""Colours, one file a theme; roles.py names what a theme must define."""
