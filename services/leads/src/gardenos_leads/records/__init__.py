"""What people write down about a lead beside its details: notes."""
