"""Everything a person or a client meets: settings, command line, web, maps."""
