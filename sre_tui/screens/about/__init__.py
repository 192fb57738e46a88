"""What the details of each kind of thing are made of: tabs, their parts, and what those open."""
