"""What series say: normal or not, level shifts, when something is full, what moves together."""
