"""Whether the history is as it was recorded: each agency's events in a chain of hashes, and what it proves."""
