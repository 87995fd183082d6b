"""The helpers that the lessons import; `bn_helpers.layers` and so on, one module per subject."""
