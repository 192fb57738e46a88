"""What the programs of a homelab write into their logs while all is well."""
