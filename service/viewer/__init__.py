"""The planner's map at ``/``: what its page asks for beside tiles and processes."""
