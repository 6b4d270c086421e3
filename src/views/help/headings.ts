// Headings of a Markdown text and the names by which links reach them.

export interface Heading {
  level: number;
  title: string;
  /** As GitHub makes it of the title, so that one link works there and in the studio. */
  slug: string;
}

/** Lower case, letters, digits, `_` and `-` only, a hyphen for each space. */
export function slugOf(title: string): string {
  return title
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}

/** Headings of levels 1 to 6 in order, those within code blocks left out. */
export function headingsOf(markdown: string): Heading[] {
  const prose = markdown.replace(/^```[\s\S]*?^```/gm, '');
  return [...prose.matchAll(/^(#{1,6}) +(.+)$/gm)].map(([, marks, title]) => ({
    level: marks.length,
    title: title.replace(/[`*]/g, ''),
    slug: slugOf(title),
  }));
}

/** Comments mark what a script writes into the manual; they are not for its reader. */
export function withoutComments(markdown: string): string {
  return markdown.replace(/<!--[\s\S]*?-->\n*/g, '');
}
