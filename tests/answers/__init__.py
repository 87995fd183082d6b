"""What the checks must take for right, and what they must name.

A file here belongs to the file of its name in bn_helpers/checks. attack.py was written
by someone who had not read them.
"""
