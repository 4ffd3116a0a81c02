"""Agencies, teams, people and their sessions; signs access tokens."""
