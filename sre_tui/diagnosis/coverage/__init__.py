"""Which guest has the backup it should have."""
