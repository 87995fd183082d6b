"""Outputs below the controls of a cell, updated on every page that has the cell.

A display update reaches only the page on which the cell was run. A page that was loaded
later, a second tab and Voila show the stored outputs, although their controls work. So
`_page.js` presses a hidden button on each page. It presses again if no answer arrives.
After the second press the outputs are also sent to a widget, and the script shows this
widget in place of the outputs.
"""

from pathlib import Path

import ipywidgets
from IPython.display import display

FOLDER = Path(__file__).parent
HEARD = '<i class="bn-heard"></i>'  # invisible: the answer to a press


class Page:
    """Controls, and below them outputs that are updated in place, on every page.

    widgets: the controls. outputs: a list of (data, metadata) for
    `display(data, metadata=...)`; the last one is a text. script: the name of a
    JavaScript file in this folder, which runs on the page after `_page.js`.
    """

    def __init__(self, widgets, outputs, script):
        self._pages, self.outputs = 0, outputs
        self._copy, hello = ipywidgets.HTML(), ipywidgets.Button()
        self.box = ipywidgets.VBox([*widgets, self._copy, hello])
        self.box.add_class("bn-controls")
        self._copy.add_class("bn-copy")
        hello.add_class("bn-hello")
        self._copy.layout.display = hello.layout.display = "none"
        hello.on_click(self._hello)
        display(self.box)
        self._handles = [
            display(data, metadata=metadata, raw=True, display_id=True)
            for data, metadata in outputs
        ]
        code = [(FOLDER / name).read_text(encoding="utf-8") for name in ("_page.js", script)]
        code = "\n".join(["{", f"const count = {len(outputs)};", *code, "}"])  # a block
        display({"application/javascript": code, "text/plain": ""}, raw=True)

    def update(self, outputs):
        """Replace the outputs; there must be as many as at the start."""
        self.outputs = outputs
        for handle, (data, metadata) in zip(self._handles, outputs, strict=True):
            handle.update(data, metadata=metadata, raw=True)
        if self._pages > 1:
            self._copy.value = "".join(_html(*output) for output in outputs)

    def _hello(self, _):
        self._pages += 1
        if self._pages == 1:
            data, metadata = self.outputs[-1]
            answer = data | {"text/html": data["text/html"] + HEARD}
            self._handles[-1].update(answer, metadata=metadata, raw=True)
            self._copy.value = HEARD  # sent last: a page that gets only this got no display update
        elif self._pages == 2:
            self._copy.layout.display = None
            self.update(self.outputs)


def _html(data, metadata):
    """The HTML of an output: its picture if it has one, else its text."""
    if "image/png" not in data:
        return f'<div class="jp-RenderedHTMLCommon">{data["text/html"]}</div>'
    width, height = (metadata["image/png"][side] for side in ("width", "height"))
    source = f"data:image/png;base64,{data['image/png']}"
    return f'<img src="{source}" alt="" width={width} height={height}>'
