"""A demo agency for an empty folder: people, campaigns, and three months of leads' lives, planted by the public API."""

from gardenos_cli.seed.planting import Login, SeedFailed, planned, seeded

__all__ = ["Login", "SeedFailed", "planned", "seeded"]
