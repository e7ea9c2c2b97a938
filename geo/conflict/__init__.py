"""The conflict check as pure computing: measures, balance, slivers, findings."""
