// Runs in the last output of a cell, below controls and `count` outputs. All else works without it.
const NOTE = "The kernel is new since this cell was run. Choose Run All Above Selected Cell in the menu Run, then run this cell.";
const LEFT = "calc(var(--jp-cell-prompt-width, 0px) + 8px)"; // where outputs begin
const ARROW = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 18 18'><path fill='silver' d='M4 6l5 6 5-6'/></svg>";
const STYLE = `
  [data-jp-theme-light="false"] .bn-controls select { background-image: url("${ARROW}") } /* else black on black */
  .bn-old { flex-wrap: wrap }
  .bn-old > :not(.bn-note), .bn-old .bn-controls > :not(.bn-copy) { display: none }
  .bn-old > :has(.bn-copy p, .bn-copy details) { display: block; flex: 1; margin-left: ${LEFT} }
  .bn-old .jupyter-widgets-disconnected::before { display: none }
  .bn-note { flex-basis: 100%; margin: 0.5em 0 0.5em ${LEFT}; font-style: italic }
  .bn-copy, .bn-copy .widget-html-content { margin: 0; line-height: inherit; overflow: visible; height: auto }
  .bn-copy img { display: block; max-width: 100%; height: auto }
  .bn-copied, .bn-covered > :not(.bn-cover), .bn-covered-text { display: none !important }
  .bn-live { min-height: var(--bn-room) }
  .bn-cover { margin: 0.5em 0 0.5em ${LEFT} }
  .bn-cover button { font: inherit; color: inherit; background: none; border: 1px solid; border-radius: 3px; cursor: pointer }
  .bn-live-voice { position: absolute; top: 0; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }`;
const CONTROL = "button, input, select, textarea, summary, [role=slider], [contenteditable]";

const set = (node, name, value) => node.getAttribute(name) === value || node.setAttribute(name, value);

// Once on each page: the style, and keys. JupyterLab's shortcuts of one key (x deletes the cell, 0 restarts the kernel)
// are not for a control that has the focus; it looks for this attribute on the element itself.
if (!document.getElementById("bn-style")) {
  const style = document.createElement("style");
  style.id = "bn-style";
  style.textContent = STYLE;
  document.head.append(style);
  window.addEventListener("keydown", (event) => {
    const { target } = event;
    if (!target.closest?.(".jp-OutputArea, .bn-cover, .jp-RenderedMarkdown") || !target.matches(CONTROL)) return;
    const meant = event.ctrlKey || event.metaKey || event.altKey || (event.shiftKey && event.key === "Enter");
    target.toggleAttribute("data-lm-suppress-shortcuts", !meant);
  }, true);
}

// Calls react(controls, shown, copy) in the next frame, and in each frame after a change: the output with the controls,
// those below it, and, on a page that was loaded after the cell was run, the widget that is shown in their place.
const onPage = (react) => {
  const start = () => {
    const script = element.closest(".jp-OutputArea-child");
    if (!script) return;
    const outputs = [];
    for (let node = script.previousElementSibling; node && outputs.length <= count; node = node.previousElementSibling)
      outputs.unshift(node);
    const [controls, ...shown] = outputs;
    const note = document.createElement("p");
    note.className = "bn-note";
    note.textContent = NOTE;
    let greeted = false, answered = false, heard = false, waiting = false;
    const look = () => {
      waiting = false;
      const old = controls.querySelector(".jupyter-widgets-disconnected")
        || controls.querySelector(".jp-OutputArea-output")?.textContent.startsWith("Error displaying widget");
      controls.classList.toggle("bn-old", Boolean(old));
      if (!old) note.remove();
      else if (!controls.contains(note)) controls.append(note);
      const hello = controls.querySelector(".bn-hello");
      if (hello && !old && !greeted) {
        greeted = true;
        hello.click();
      }
      if (controls.querySelector(".bn-copy .bn-heard") && !answered) {
        answered = true;
        setTimeout(() => heard || hello.click(), 1000); // outputs take a moment to be drawn
      }
      const copy = controls.querySelector(".bn-copy:has(p, details)");
      shown.forEach((output) => output.classList.toggle("bn-copied", Boolean(copy)));
      react(controls, shown, copy);
    };
    const soon = () => {
      heard ||= shown.at(-1).querySelector(".bn-heard"); // now: the next update removes it
      if (!waiting) requestAnimationFrame(look);
      waiting = true;
    };
    new MutationObserver(soon)
      .observe(script.parentElement, { childList: true, subtree: true, characterData: true, attributeFilter: ["class"] });
    new ResizeObserver(soon).observe(script.parentElement);
    soon();
  };
  // the output is made before it is put on the page
  const wait = (tries) => element.isConnected ? start() : tries && setTimeout(() => wait(tries - 1), 100);
  wait(600);
};
