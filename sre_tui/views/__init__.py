"""How each model is shown: said once, for panes, tables and detail screens alike."""
