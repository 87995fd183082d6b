"""Pages in Markdown."""


def table(path, width):
    """The rows of the tables of a page: lists of `width` cells, without heads."""
    lines = path.read_text(encoding="utf-8").splitlines()
    heads = {i - 1 for i, line in enumerate(lines) if line.startswith("|---")}
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for i, line in enumerate(lines)
        if line.startswith("| ") and i not in heads
    ]
    assert rows
    assert [row for row in rows if len(row) != width] == []
    return rows
