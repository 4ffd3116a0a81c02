"""The same done to many leads: as a job, with what became of each, and a way back."""
