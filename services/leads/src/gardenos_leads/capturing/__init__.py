"""Leads as others send them: vendors and systems by posts, people by a form on a page. Captured first, routed after."""
