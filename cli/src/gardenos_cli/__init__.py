"""The `gardenos` command: the platform on one machine, and an agency's day by HTTP."""
