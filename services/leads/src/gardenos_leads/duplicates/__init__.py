"""One person once: who may be kept twice, two leads merged into one, and a merge taken back."""
