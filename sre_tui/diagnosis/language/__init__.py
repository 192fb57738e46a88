"""The words people use of a homelab: topics, everyday names, what is never a name."""
