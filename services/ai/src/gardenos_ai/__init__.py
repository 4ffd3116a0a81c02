"""Insights, search by meaning; the only owner of models and of Qdrant."""
