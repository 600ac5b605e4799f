"""What customers of the practice desk write about, one file a kind of day."""
