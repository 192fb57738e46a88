"""What the panes list: for each kind of row its columns, questions and details."""
