export const views = ["connectivity", "authenticity", "chat"] as const;

export type View = (typeof views)[number];

export const viewOf = (name: string): View => views.find((view) => view === name) ?? views[0];
