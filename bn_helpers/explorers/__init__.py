"""The live figures of the lessons, one file per lesson; diagrams.py has those that
rest.
"""
