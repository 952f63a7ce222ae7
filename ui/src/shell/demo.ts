import { live } from "../state/live.svelte.ts";
import { session } from "../state/session.svelte.ts";

export const isDemo = (): boolean => session.session?.demo === true || live.proxy?.demo === true;
