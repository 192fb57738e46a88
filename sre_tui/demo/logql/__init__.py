"""LogQL: parsing and evaluating queries over a ``LogSource``, as far as a homelab asks them."""
