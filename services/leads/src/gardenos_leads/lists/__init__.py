"""What an agency adds to its leads, and to the lists of them: fields of its own, tags, views that have a name."""
