/** The data that a report carries for its pictures: what the page reads from its own `<script type="application/json">`. */
import type { Charts } from "../../charts/charts.js";

export interface PageData {
  charts?: Charts;
  /** Another run, shown beside this one. */
  other?: { name: string; charts?: Charts };
}

export function pageData(): PageData {
  const text = document.getElementById("run-data")?.textContent ?? "{}";
  return JSON.parse(text) as PageData;
}

export const element = <K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Record<string, string> = {}, ...children: (Node | string)[]): HTMLElementTagNameMap[K] => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
};
