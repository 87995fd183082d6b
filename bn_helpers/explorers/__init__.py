"""The live figures of the lessons, one file per lesson."""
