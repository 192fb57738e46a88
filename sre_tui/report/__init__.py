"""The report: what was, is and is to come in a homelab, collected, told, archived and mailed."""
