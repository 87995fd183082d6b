// Covers the result below a question, and the text after it, until it is decided or skipped. All else works without it.
const start = () => {
  const area = element.closest(".jp-OutputArea");
  const next = element.closest(".jp-Cell")?.nextElementSibling;
  const outputs = next?.querySelector(".jp-Cell-outputWrapper");
  if (!area || !outputs || area.querySelector("details.bn-decided")) return; // the latter in a file opened again
  next.querySelector(".bn-cover")?.remove(); // of an earlier run of the question
  const text = next.nextElementSibling?.matches(".jp-MarkdownCell") ? [next.nextElementSibling] : [];
  const cover = document.createElement("div");
  cover.className = "bn-cover";
  cover.style.cssText = "position:absolute;inset:0;visibility:visible;padding:1em 5em;min-height:2em";
  cover.append("The result is covered until you have decided above, or ");
  const skip = document.createElement("button");
  skip.textContent = "skip the question";
  cover.append(skip, ".");
  outputs.style.position = "relative";
  outputs.append(cover);
  const show = (visibility) => [outputs, ...text].forEach((node) => (node.style.visibility = visibility));
  show("hidden"); // keeps its room: the page does not jump
  const uncover = () => {
    watch.disconnect();
    cover.remove();
    show("");
  };
  const watch = new MutationObserver(() => { // decided, or the question's output was cleared
    if (area.querySelector("details.bn-decided") || !area.contains(element)) uncover();
  });
  skip.addEventListener("click", uncover);
  watch.observe(area, { childList: true, subtree: true });
};
// the output is made before it is put on the page
const wait = (tries) => element.isConnected ? start() : tries && setTimeout(() => wait(tries - 1), 100);
wait(600);
