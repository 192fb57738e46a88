"""Live data: sources are asked again and again, and each answer is one frozen snapshot."""
