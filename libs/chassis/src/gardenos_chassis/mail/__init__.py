"""Email from strangers, read within reason."""
