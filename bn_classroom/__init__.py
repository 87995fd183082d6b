"""The instructors' side: assignments are written, built and graded here."""
