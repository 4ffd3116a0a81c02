"""Where vectors are kept: one small port, and two engines behind it."""

from gardenos_ai.vectors.port import Hit, Point, Sparse, Vectors

__all__ = ["Hit", "Point", "Sparse", "Vectors"]
