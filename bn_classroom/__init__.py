"""The instructors' side: author an assignment, hand it out, grade what comes back.

It imports `bn_helpers`; nothing there imports it. `confine` runs students' code.
"""
