/** Badges of a verdict: the JSON that badge services read, and a static SVG. */
import { escapeText } from "./markup.js";

const LOOK: Record<string, { message: string; colour: string }> = {
  certified: { message: "certified", colour: "#2a7d3f" }, conforming: { message: "conforming", colour: "#2a7d3f" }, "not-conforming": { message: "not conforming", colour: "#b3261e" }, "cannot-judge": { message: "not judged", colour: "#6b5ca5" },
};

/** As shields.io's endpoint wants it. */
export function badgeJson(verdict: string): { schemaVersion: 1; label: string; message: string; color: string } {
  const { message, colour } = LOOK[verdict] ?? LOOK["cannot-judge"]!;
  return { schemaVersion: 1, label: "kalico-hil", message, color: colour.slice(1) };
}

/** About 7 units for a letter of 11 px. */
const width = (text: string): number => Math.round(text.length * 6.8 + 12);

export function badgeSvg(verdict: string): string {
  const { label, message } = badgeJson(verdict);
  const { colour } = LOOK[verdict] ?? LOOK["cannot-judge"]!;
  const [left, right] = [width(label), width(message)];
  const text = escapeText(`${label}: ${message}`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="20" role="img" aria-label="${text}"><title>${text}</title><clipPath id="r"><rect width="${left + right}" height="20" rx="3"/></clipPath><g clip-path="url(#r)"><rect width="${left}" height="20" fill="#444b53"/><rect x="${left}" width="${right}" height="20" fill="${colour}"/></g><g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11"><text x="${left / 2}" y="14">${label}</text><text x="${left + right / 2}" y="14">${escapeText(message)}</text></g></svg>\n`;
}
