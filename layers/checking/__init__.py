"""What a conflict check reads and keeps: parcels, rules, the ledger of a batch."""
