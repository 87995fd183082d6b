"""What runs inside of the confinement, beside a student's code.

These modules need Python's library and NumPy only, and no right answer: cells and
inputs come in, arrays go out. `wire` is the one that the trusted side uses too.
"""
