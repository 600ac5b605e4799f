"""Receiving from an IMAP server."""
