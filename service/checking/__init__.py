"""The conflict check: from parcels to a result that a report is written from."""
