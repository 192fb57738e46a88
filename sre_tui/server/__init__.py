"""What serves the application to other programs."""
