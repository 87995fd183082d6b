"""Which axes of a drawn figure have ticks and no name."""


def unnamed(fig):
    """(title, "x" or "y") of each axis with tick labels, ticks of some length, and no
    name.
    """
    return [
        (ax.get_title(), side)
        for ax in fig.axes
        for side, axis in (("x", ax.xaxis), ("y", ax.yaxis))
        if ax.axison and has_ticks(axis) and not axis.get_label_text()
    ]


def has_ticks(axis):
    low, high = sorted(axis.get_view_interval())
    return any(
        tick.label1.get_visible() and tick.label1.get_text() and tick.tick1line.get_markersize()
        for tick in axis.get_major_ticks()
        if low <= tick.get_loc() <= high
    )
