"""What somebody is to do, by when, and about whom."""
