"""Whole screens; each keeps its style sheet beside it."""
