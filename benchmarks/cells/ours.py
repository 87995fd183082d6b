# The live figure of this course. It has twice as many pixels a side as the others.
from bn_helpers import plots
from bn_helpers.live import explore
from bn_helpers.controls import slider as control

plots.use_style()


@explore(sigma=control(0.01, 1.0, start=0.1, label="sigma"), size=FIGSIZE)
def activations(fig):
    axes = fig.subplots(1, 5, sharey=True)
    fills = [plots.histogram(ax, -1, 1, BINS) for ax in axes]
    titles = [ax.set_title(" ") for ax in axes]

    def update(sigma):
        hs = forward(sigma)
        for i, (fill, title, h) in enumerate(zip(fills, titles, hs)):
            fill(h)
            title.set_text(f"layer {i + 1}: std {h.std():.3f}")
        return f"At sigma {sigma:.2f} the last layer has standard deviation {hs[-1].std():.3f}."

    return update


activations()
