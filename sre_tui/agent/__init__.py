"""The agent: questions in, events out; every front only subscribes."""
