/** Filter and search over the rules, and the buttons that copy. The list itself is in the page already. */
import { element } from "./page-data.js";

/** Verdict buttons and the search field act on the rules of the page. */
export function watchRules(): void {
  const search = document.querySelector<HTMLInputElement>("#rule-search");
  const count = document.getElementById("rule-count");
  const buttons = [...document.querySelectorAll<HTMLButtonElement>("button[data-verdict]")];
  const rules = [...document.querySelectorAll<HTMLElement>("[data-rule]")];
  const apply = (): void => {
    const chosen = new Set(buttons.filter((b) => b.getAttribute("aria-pressed") === "true").map((b) => b.dataset["verdict"]));
    const words = (search?.value ?? "").toLowerCase().split(/\s+/).filter((w) => w !== "");
    let visible = 0;
    for (const rule of rules) {
      const text = (rule.textContent ?? "").toLowerCase();
      const show = chosen.has(rule.dataset["verdict"]) && words.every((word) => text.includes(word));
      rule.hidden = !show;
      if (show) visible += 1;
    }
    for (const group of document.querySelectorAll<HTMLElement>("[data-group]")) group.hidden = group.querySelector("[data-rule]:not([hidden])") === null;
    if (count !== null) count.textContent = `${visible} of ${rules.length} rules`;
  };
  for (const button of buttons) button.addEventListener("click", () => {
    button.setAttribute("aria-pressed", button.getAttribute("aria-pressed") === "true" ? "false" : "true");
    apply();
  });
  search?.addEventListener("input", apply);
  for (const link of document.querySelectorAll<HTMLAnchorElement>("a[data-open]")) link.addEventListener("click", () => {
    const target = document.getElementById(link.dataset["open"]!);
    if (target instanceof HTMLDetailsElement) {
      target.hidden = false;
      target.open = true;
      target.closest<HTMLElement>("[data-group]")!.hidden = false;
    }
  });
  apply();
}

/** Every `<pre>` or `<code>` with data-copy gets a button. */
export function addCopyButtons(): void {
  for (const block of document.querySelectorAll<HTMLElement>("[data-copy]")) {
    const button = element("button", { type: "button", class: "copy", "aria-label": `Copy ${block.dataset["copy"] ?? ""}` }, "Copy");
    button.addEventListener("click", () => {
      void copyText(block.textContent ?? "").then((done) => {
        button.textContent = done ? "Copied" : "Press Ctrl+C";
        if (!done) getSelection()?.selectAllChildren(block);
        setTimeout(() => { button.textContent = "Copy"; }, 1500);
      });
    });
    block.before(button);
  }
}

async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // A page from the disk may have no clipboard: the old way.
    const area = element("textarea", { "aria-hidden": "true", class: "offscreen" });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}
