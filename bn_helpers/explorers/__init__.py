"""The live figures of the lessons and their diagrams, one word for each lesson."""
