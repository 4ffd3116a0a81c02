"""Leads who live together: one household, one sale, one call."""
