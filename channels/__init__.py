"""Doors and post: bytes and letters. No database, no screen, no idea what a ticket is."""
