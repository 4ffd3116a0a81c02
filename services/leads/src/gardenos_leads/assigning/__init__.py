"""Leads without an owner find one: rules, whose turn it is, what waits; and what other rules would have done."""
