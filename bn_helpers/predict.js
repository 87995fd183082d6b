// Covers what is printed and drawn below a question, and the text after it, up to the next heading, exercise or question,
// until it is decided or skipped. What stands between the question and the first result (a student's note) is left open, and
// so are the verdict of a check and what goes to stderr, as errors do.
const ENDS = "h1, h2, h3, h4, h5, h6", EXERCISE = /^Exercise /;
const OPEN = 'p[style*="border-left"], [data-mime-type="application/vnd.jupyter.stderr"]'; // the former: verdict.py
const covered = new Map(); // what is covered -> its bar, or nothing
let skipped = false, waiting = false;
const uncover = (node) => {
  covered.get(node)?.remove();
  covered.delete(node);
  node.classList.remove("bn-covered", "bn-covered-text");
};
const bar = () => {
  const text = document.createElement("div");
  const skip = document.createElement("button");
  text.className = "bn-cover";
  skip.textContent = "skip the question";
  skip.addEventListener("click", () => { skipped = true; cover(); });
  text.append("The result is covered until you have decided above, or ", skip, ".");
  return text;
};
const root = (cell) => cell.closest(".jp-Notebook") ?? document.body; // the latter in Voila
const below = (cell) => {
  const found = [], cells = [...root(cell).querySelectorAll(".jp-Cell")];
  for (const next of cells.slice(cells.indexOf(cell) + 1)) {
    const result = next.querySelector(".jp-Cell-outputWrapper:has(.jp-OutputArea-child)");
    const text = next.querySelector(".jp-RenderedMarkdown");
    if (result?.querySelector("details.bn-question")) break;
    const open = result?.querySelector(OPEN);
    if (open?.matches("p") && found.length) break; // an exercise has begun
    if (result && !open) found.push(result);
    if (!text || !found.length) continue;
    const parts = [...text.children];
    const end = parts.findIndex((part) => part.matches(ENDS) || EXERCISE.test(part.textContent));
    found.push(...parts.slice(0, end < 0 ? parts.length : end));
    if (end >= 0 || !parts.length) break; // the latter is not drawn yet
  }
  return found;
};
let isDecided;
const cover = () => {
  waiting = false;
  const cell = element.closest(".jp-Cell"); // none: the question was run again, or its output was cleared
  if (cell && !cell.isConnected) return; // far from the window
  const wanted = cell && !skipped && !isDecided() ? below(cell) : [];
  for (const node of [...covered.keys()]) if (!wanted.includes(node)) uncover(node);
  for (const node of wanted) {
    const text = !node.matches(".jp-Cell-outputWrapper");
    if (!covered.has(node)) covered.set(node, text ? null : bar());
    node.classList.add(text ? "bn-covered-text" : "bn-covered");
    if (!text && covered.get(node).parentElement !== node) node.append(covered.get(node));
  }
};
const soon = () => {
  if (!waiting) requestAnimationFrame(cover);
  waiting = true;
};
onPage((controls, shown, copy) => {
  if (!isDecided) { // the first time: cells come, go, and are filled
    const cell = element.closest(".jp-Cell");
    if (cell) new MutationObserver(soon).observe(root(cell), { childList: true, subtree: true });
  }
  isDecided = () => [copy, ...shown].some((node) => node?.querySelector("details.bn-decided"));
  soon();
});
