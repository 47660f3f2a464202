/** Text that is markup already. Everything else that enters {@link html} is escaped. */
export class Markup {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

/** What may stand in a template: nothing, text, numbers, markup, or lists of these. */
export type Content = string | number | Markup | false | undefined | null | readonly Content[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Text made safe for element content and for quoted attributes, in HTML and in XML.
 * Control characters, which XML cannot hold, become U+FFFD.
 */
export function escapeText(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to replace
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
      .replace(/[&<>"']/g, (character) => ENTITIES[character])
  );
}

function render(content: Content): string {
  if (content === false || content === undefined || content === null) return "";
  if (content instanceof Markup) return content.text;
  if (typeof content === "object") return content.map(render).join("");
  return escapeText(String(content));
}

/**
 * Markup, HTML or SVG, from a template whose values are escaped unless they are {@link Markup} themselves.
 * Attribute values must stand in quotes.
 */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  let text = parts[0];
  for (let i = 0; i < values.length; i++) text += render(values[i]) + parts[i + 1];
  return new Markup(text);
}
