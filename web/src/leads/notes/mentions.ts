/** Somebody who can be mentioned. */
export interface Colleague {
  id: string;
  name: string;
}

/** The `@` that somebody is typing a name after: where it stands, and what was typed of the name. */
export interface Typed {
  at: number;
  word: string;
}

/** What is being typed after an `@` before the caret; null where nothing is. A name has two words at most here. */
export function typedMention(text: string, caret: number): Typed | null {
  const found = /(?:^|[\s(])@([^\s@]*(?: [^\s@]*)?)$/.exec(text.slice(0, caret));
  if (!found) return null;
  const word = found[1]!;
  return { at: caret - word.length - 1, word };
}

/** Colleagues whose name, or a word of it, begins as typed; by name. */
export function suggested<T extends Colleague>(colleagues: readonly T[], word: string): T[] {
  const wanted = word.toLowerCase();
  return colleagues
    .filter(({ name }) => {
      const known = name.toLowerCase();
      return known.startsWith(wanted) || known.split(/\s+/).some((part) => part.startsWith(wanted));
    })
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

/** The text with the name in the place of what was typed, and where the caret goes on. */
export function mention(text: string, typed: Typed, name: string): { text: string; caret: number } {
  const before = `${text.slice(0, typed.at)}@${name} `;
  const after = text.slice(typed.at + 1 + typed.word.length).replace(/^ /, "");
  return { text: before + after, caret: before.length };
}

/** A stretch of a text: who is mentioned in it, if it is a name, and where it begins. */
export interface Piece {
  text: string;
  id: string | null;
  at: number;
}

/** A text in pieces: plain words, and the names of those who are mentioned. */
export function pieces(text: string, mentioned: readonly Colleague[]): Piece[] {
  // Who has a longer name is looked for first: `@Ann Lee` is not Ann.
  const names = mentioned.toSorted((a, b) => b.name.length - a.name.length);
  const found: Piece[] = [];
  let plain = "";
  for (let at = 0; at < text.length;) {
    const who = names.find(
      ({ name }) => text.startsWith(`@${name}`, at) && !/^\w/.test(text.slice(at + 1 + name.length)),
    );
    if (!who) {
      plain += text[at]!;
      at += 1;
      continue;
    }
    if (plain) found.push({ text: plain, id: null, at: at - plain.length });
    plain = "";
    found.push({ text: `@${who.name}`, id: who.id, at });
    at += who.name.length + 1;
  }
  if (plain) found.push({ text: plain, id: null, at: text.length - plain.length });
  return found;
}

/** The ids of those whose names stand in the text, each once. */
export function mentionedIn(text: string, colleagues: readonly Colleague[]): string[] {
  return [...new Set(pieces(text, colleagues).flatMap(({ id }) => id ?? []))];
}
