"""The full-screen app's screens and panes, one style sheet for each screen."""
