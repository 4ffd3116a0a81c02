"""Reports over everybody's events, and live changes."""
