"""Leads are kept no longer than their agency wants."""
