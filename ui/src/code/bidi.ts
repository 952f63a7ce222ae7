// Characters that change the direction of what follows. Unseen, they make a text read otherwise than it is.
const one = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
const each = new RegExp(`(${one.source})`);

/** `U+202E`, the way such a character is named. */
export const codeName = (character: string): string => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;

export const hasDirection = (text: string): boolean => one.test(text);

/** Text cut at every such character; odd members are the characters. */
export const cutAtDirections = (text: string): string[] => text.split(each);
