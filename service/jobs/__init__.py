"""Work in processes of its own: a pool of workers, and a list of jobs on disk."""
