// What the server wants a person to hear of. Read anew whenever it says that something has changed.
import type { NoticeView } from "../api/generated/NoticeView";
import { dismissNotice, readNotices } from "../api/verify.ts";

class Notices {
  list = $state.raw<readonly NoticeView[]>([]);

  async load(): Promise<void> {
    // Not worth a word of its own: the next change asks again.
    this.list = await readNotices().catch(() => this.list);
  }

  async dismiss(id: string): Promise<void> {
    this.list = this.list.filter((notice) => notice.id !== id);
    await dismissNotice(id).catch(() => undefined);
  }
}

export const notices = new Notices();
