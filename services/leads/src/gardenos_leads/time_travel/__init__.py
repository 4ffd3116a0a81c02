"""What a lead was, what was known of it, and a field set back to what it was."""
