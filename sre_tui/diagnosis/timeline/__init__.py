"""Changes and symptoms from every source as one ordered list of events."""
