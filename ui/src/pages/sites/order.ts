// Orders of ids: of sites in the list, and of a route with its fallbacks.

/** Takes one to another place; the rest keeps its order. */
export function moved<T>(list: readonly T[], one: T, to: number): T[] {
  const rest = list.filter((each) => each !== one);
  rest.splice(Math.max(0, Math.min(rest.length, to)), 0, one);
  return rest;
}

/**
 * The route with another site first. A fallback changes places with the default, so that none is lost;
 * a site from outside takes the place of the default.
 */
export function switched(route: readonly string[], first: string): string[] {
  const [before] = route;
  if (before === first) return [...route];
  const rest = route.slice(1).map((id) => (id === first && before !== undefined ? before : id));
  return [first, ...rest];
}

type Placed = { id: string; pinned: boolean };

/** The ids after one site was dropped on another, or `null` where the pinned ones and the rest would mix. */
export function dropped(sites: readonly Placed[], id: string, onto: string): string[] | null {
  const [one, other] = [sites.find((site) => site.id === id), sites.find((site) => site.id === onto)];
  if (one === undefined || other === undefined || one === other || one.pinned !== other.pinned) return null;
  const ids = sites.map((site) => site.id);
  return moved(ids, id, ids.indexOf(onto));
}

/** The ids after one site went so many places down, or `null` where it cannot. */
export function stepped(sites: readonly Placed[], id: string, by: number): string[] | null {
  const other = sites[sites.findIndex((site) => site.id === id) + by];
  return other === undefined ? null : dropped(sites, id, other.id);
}
