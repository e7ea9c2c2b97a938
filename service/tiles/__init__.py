"""Map tiles: where they come from, how they are drawn, and what describes them."""
