// All else works without it. Runs in the output area of one live figure. For screen readers it names slider handles
// and buttons, says values in words, and says the sentence below the picture once the hand rests. For the eye it
// keeps the room of the longest sentence, so that the page below does not jump.
const start = () => {
  const area = element.closest(".jp-OutputArea");
  if (!area) return;
  area.bnLive?.disconnect(); // of an earlier run of the same cell
  const voice = area.querySelector(":scope > .bn-live-voice") ?? document.createElement("div");
  voice.className = "bn-live-voice";
  voice.setAttribute("role", "status");
  voice.setAttribute("aria-live", "polite");
  voice.style.cssText = "position:absolute;top:0;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)";
  area.append(voice);
  const set = (node, name, value) => node.getAttribute(name) === value || node.setAttribute(name, value);
  let said, rest, width, height;
  const keepRoom = (p) => {
    if (area.offsetWidth !== width) { // at the start with a line to spare
      p.style.minHeight = "";
      width = area.offsetWidth;
      height = p.getBoundingClientRect().height + parseFloat(getComputedStyle(p).lineHeight);
    }
    height = Math.max(height, p.getBoundingClientRect().height);
    p.style.minHeight = `${height}px`;
  };
  const look = () => {
    for (const row of area.querySelectorAll(".widget-slider")) {
      const handle = row.querySelector(".noUi-handle");
      if (!handle) continue;
      set(handle, "aria-label", row.querySelector(".widget-label").textContent);
      set(handle, "aria-description", row.title || row.querySelector("[title]")?.title || "");
      set(handle, "aria-valuetext", row.querySelector(".widget-readout").textContent);
    }
    for (const button of area.querySelectorAll(".widget-play button")) {
      const icon = button.firstElementChild.className.split("fa-").pop();
      const label = button.parentElement.previousElementSibling?.textContent ?? "";
      set(button, "aria-label", `${{ play: "Play", pause: "Pause", stop: "Back to the start" }[icon] ?? icon}: ${label}`);
    }
    const paragraph = [...area.querySelectorAll("p.bn-live")].pop();
    if (paragraph) keepRoom(paragraph);
    const sentence = paragraph?.textContent;
    said ??= sentence;
    clearTimeout(rest);
    rest = setTimeout(() => { if (sentence !== said) voice.textContent = said = sentence; }, 500);
  };
  area.bnLive = new MutationObserver(look);
  area.bnLive.observe(area, { childList: true, subtree: true, characterData: true, attributeFilter: ["class"] });
  look();
};
// the output is made before it is put on the page
const wait = (tries) => element.isConnected ? start() : tries && setTimeout(() => wait(tries - 1), 100);
wait(600);
