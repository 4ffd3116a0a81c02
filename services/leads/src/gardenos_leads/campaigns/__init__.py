"""Campaigns: what is planned, what it costs, who is in them, and what came of it."""
