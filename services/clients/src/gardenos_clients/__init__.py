"""Clients: onboarding, details, owners."""
