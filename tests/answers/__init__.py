"""What the checks must take for right, and what they must name: one file per file of bn_helpers/checks."""
