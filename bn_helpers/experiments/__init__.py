"""The numbers of the lessons, one file per lesson, without pictures."""
