"""The measurements of GardenOS, each beside a baseline in the same run: `python -m bench [measure …]`."""
