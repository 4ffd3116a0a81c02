"""Leads that are left alone until it is time for them again: mostly some weeks before their policy expires elsewhere."""
