"""How each model is shown: its columns, tones and human units, for every front."""
