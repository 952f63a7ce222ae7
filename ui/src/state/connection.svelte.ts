import { address } from "../api/call.ts";
import type { Message } from "../api/generated/Message";
import type { Progress } from "../api/generated/Progress";
import { live } from "./live.svelte.ts";
import { siteStore } from "./siteStore.svelte.ts";
import { stationStore } from "./stationStore.svelte.ts";

/** Besides the traffic, the server says when anything about sites or the states of keys has changed. */
type Word = Message | { type: "sites"; revision: number };

/** Waiting times between attempts, ms; the last one repeats. */
const waits = [300, 1_000, 2_000, 4_000, 8_000];

/** Numbers of running rows change at most this often, ms. */
const progressBeat = 250;

/** While another page is shown: how often the figures of the sidebar are fetched, ms. */
const glanceEvery = 10_000;

type State = "connecting" | "open" | "lost";

class Connection {
  state = $state<State>("connecting");
  /** Moment of the next attempt and of the last word from the server. */
  retryAt = $state(0);
  lastWord = $state(0);

  #socket: WebSocket | null = null;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #progress = new Map<string, Progress>();
  #flushing: ReturnType<typeof setTimeout> | undefined;
  #watching = true;
  #wanted = true;
  #glancing = false;

  start(): () => void {
    this.#connect();
    const see = (): void => this.#tell();
    document.addEventListener("visibilitychange", see);
    const glance = setInterval(() => this.#glance(), glanceEvery);
    return () => {
      document.removeEventListener("visibilitychange", see);
      clearInterval(glance);
      clearTimeout(this.#timer);
      this.#socket?.close();
    };
  }

  /** Whether the page shown wants every change. */
  want(wanted: boolean): void {
    this.#wanted = wanted;
    this.#tell();
  }

  retry(): void {
    clearTimeout(this.#timer);
    this.#connect();
  }

  #connect(): void {
    this.#socket?.close();
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const known = live.ready ? { run: live.run, since: live.revision } : {};
    const socket = new WebSocket(`${scheme}://${location.host}${address("/ws", known)}`);
    this.#socket = socket;
    this.retryAt = 0;
    socket.onopen = () => {
      this.state = "open";
      this.#attempt = 0;
      this.#watching = true;
      this.#tell();
    };
    socket.onmessage = (event: MessageEvent<string>) => {
      if (socket === this.#socket) this.#hear(JSON.parse(event.data) as Word);
    };
    socket.onclose = () => {
      if (socket === this.#socket) this.#lose();
    };
  }

  #lose(): void {
    const wait = waits[Math.min(this.#attempt, waits.length - 1)] ?? 8_000;
    // The first attempt is silent: a restart of the server must not flash a banner.
    if (this.#attempt > 0 || !live.ready) this.state = "lost";
    this.#attempt += 1;
    this.retryAt = Date.now() + wait;
    this.#timer = setTimeout(() => this.#connect(), wait);
  }

  #hear(message: Word): void {
    this.lastWord = Date.now();
    if (message.type === "sites") {
      siteStore.changed();
      stationStore.changed();
      return;
    }
    if (message.type === "progress") {
      for (const progress of message.exchanges) this.#progress.set(progress.id, progress);
      live.revision = Math.max(live.revision, message.revision);
      if (this.#flushing === undefined) this.#flushing = setTimeout(() => this.#flush(), progressBeat);
      return;
    }
    if (message.type === "finished") for (const row of message.exchanges) this.#progress.delete(row.id);
    if (message.type === "snapshot") {
      this.#progress.clear();
      if (message.run !== live.run) {
        siteStore.changed();
        stationStore.changed();
      }
    }
    live.apply(message);
    if (this.#glancing && message.type === "totals") {
      this.#glancing = false;
      this.#tell();
    }
  }

  #flush(): void {
    this.#flushing = undefined;
    const exchanges = [...this.#progress.values()];
    this.#progress.clear();
    if (exchanges.length > 0) live.apply({ type: "progress", revision: live.revision, exchanges });
  }

  #glance(): void {
    if (this.#watching || document.hidden) return;
    this.#glancing = true;
    this.#tell();
  }

  #tell(): void {
    const watch = (this.#wanted || this.#glancing) && !document.hidden;
    if (watch === this.#watching || this.#socket?.readyState !== WebSocket.OPEN) return;
    this.#watching = watch;
    this.#socket.send(JSON.stringify(watch ? { watch, run: live.run, since: live.revision } : { watch }));
  }
}

export const connection = new Connection();
