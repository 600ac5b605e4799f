"""The practice desk: a made-up company, its mail, a clock that can be moved."""
