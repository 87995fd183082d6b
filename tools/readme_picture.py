"""Write docs/batch_size.gif, the README's moving picture: `make picture`."""

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from bn_helpers import data, plots
from bn_helpers.experiments.forward import SIZES
from bn_helpers.explorers.forward import batches_of_digits
from bn_helpers.initializers import he_normal
from bn_helpers.layers import Tanh
from bn_helpers.network import mlp
from bn_helpers.training import train

TARGET = Path(__file__).parents[1] / "docs" / "batch_size.gif"
HEAD = 46  # pixels: the height of the strip with the slider
LEFT, RIGHT = 220, 560  # pixels: the ends of its track


def frame(picture, place, size):
    """The picture, below a slider with its handle at `place` from 0 to 1."""
    picture = Image.open(io.BytesIO(picture)).convert("RGBA")
    picture = picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.LANCZOS)
    page = Image.new("RGB", (picture.width, picture.height + HEAD), "white")
    page.paste(picture, (0, HEAD), picture)
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(size=16)
    x = LEFT + place * (RIGHT - LEFT)
    draw.text((LEFT - 20, HEAD // 2), "batch size m", fill="black", font=font, anchor="rm")
    draw.line((LEFT, HEAD // 2, RIGHT, HEAD // 2), fill="#bbbbbb", width=5)
    circle = (x - 9, HEAD // 2 - 9, x + 9, HEAD // 2 + 9)
    draw.ellipse(circle, fill="white", outline="#767676", width=2)
    draw.text((RIGHT + 20, HEAD // 2), str(size), fill="black", font=font, anchor="lm")
    return page


def main():
    X_train, y_train, X_test, y_test = data.load_digits()
    rng, sizes = np.random.default_rng(0), [64, 100, 100, 100, 10]
    network = mlp(sizes, activation=Tanh, initializer=he_normal, rng=rng, batchnorm=True)
    train(network, X_train, y_train, steps=300, lr=0.1, batch_size=60, rng=rng)
    plots.use_style()
    figure = batches_of_digits.live(network, X_test, y_test)
    frames = []
    for i, size in enumerate(SIZES):
        figure.update(batch_size=size)
        frames.append(frame(figure.png(), i / (len(SIZES) - 1), size).quantize(64, dither=0))
    # In ms; the frames that change most stay longest.
    durations = [1200, 1200, 900, *[350] * (len(frames) - 4), 1500]
    frames[0].save(TARGET, save_all=True, append_images=frames[1:], duration=durations, loop=0)
    print(TARGET.name, TARGET.stat().st_size // 1000, "kB")


if __name__ == "__main__":
    main()
