"""Leads, campaigns, assignment, pipeline stages, import."""
