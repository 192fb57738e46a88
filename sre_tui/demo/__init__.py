"""The simulated homelab: one world model behind servers that speak the backends' own APIs."""
