"""The desk's memory and its rules. No network, no screen."""
