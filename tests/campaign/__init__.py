"""Random faults with seeds, in thousands, and the table of all numbered faults."""
