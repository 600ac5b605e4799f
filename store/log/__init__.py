"""The one door: every change is an entry in this log."""
