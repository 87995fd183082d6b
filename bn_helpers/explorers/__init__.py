"""The live figures of the lessons, one file for each lesson, and diagrams."""
