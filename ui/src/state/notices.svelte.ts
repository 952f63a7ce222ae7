// What the server wants a person to hear of. Read anew whenever it says that something has changed.
import { asFault } from "../api/fault.ts";
import type { NoticeView } from "../api/generated/NoticeView";
import { dismissNotice, readNotices } from "../api/verify.ts";
import { sentence } from "../locale/translate.svelte.ts";
import { problem } from "./problem.svelte.ts";

class Notices {
  list = $state.raw<readonly NoticeView[]>([]);

  async load(): Promise<void> {
    // Nobody asked for it, and the next change asks again.
    this.list = await readNotices().catch(() => this.list);
  }

  async dismiss(id: string): Promise<void> {
    this.list = this.list.filter((notice) => notice.id !== id);
    try {
      await dismissNotice(id);
    } catch (reason) {
      const fault = asFault(reason);
      // Another window was quicker.
      if (fault.status === 404) return;
      problem.show(sentence(fault));
      await this.load();
    }
  }
}

export const notices = new Notices();
