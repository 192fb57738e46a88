"""What is kept between runs, in one database: the journal of incidents, and tables for more."""
