"""What is kept between runs, in one database: incidents, reports, baselines, usage."""
