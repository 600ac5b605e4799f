"""What screens and shell ask."""
