"""A consumer of GardenOS events."""
