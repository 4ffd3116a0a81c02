"""Conversations: calls, email, threads, and one timeline a person."""
