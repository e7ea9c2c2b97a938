"""Work spread over processes and machines; nothing here is imported by a local run."""
