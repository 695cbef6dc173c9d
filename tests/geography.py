"""The atlas that tests judge by: the product's own."""

from ledger.service.geography import load_atlas

ATLAS = load_atlas()
