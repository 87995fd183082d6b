"""The instructors' side of the assignments: build, release, grade, report.

    bn-classroom build
    bn-classroom release --key K --to FOLDER
    bn-classroom grade SUBMISSIONS --bundle B --out grades

It imports `bn_helpers`. Nothing imports it, and students do not get it.
"""
