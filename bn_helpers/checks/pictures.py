"""Got against wanted, drawn only when a verdict is shown."""

import numpy as np

from .. import plots


def compared(got, wanted, what):
    """() -> (PNG bytes, text): `got` as bars, `wanted` as an outline."""

    def draw():
        low, high = np.quantile(np.concatenate([np.ravel(got), np.ravel(wanted)]), [0.001, 0.999])
        low, high = (low, high) if low < high else (low - 1, high + 1)
        with plots.card(width=4.6, height=1.7) as fig:
            ax = fig.subplots()
            plots.histogram(ax, low, high, bins=60)(got)
            plots.histogram(ax, low, high, bins=60, fill=False, color=plots.INK)(wanted)
            ax.set(xlabel=f"{what}: yours filled, wanted outlined")
        spreads = f"yours have std {np.std(got):.3g}, wanted {np.std(wanted):.3g}"
        return plots.png(fig), f"Histograms of {what}: {spreads}."

    return draw
