"""A file of leads becomes leads: read as real systems export it, planned, looked at, run as a job, told by row, taken back."""
