/** The last thing that was asked for and refused, as a sentence. Shown as a banner, never as a toast. */
class Problem {
  text = $state<string | null>(null);

  show(text: string): void {
    this.text = text;
  }

  clear(): void {
    this.text = null;
  }
}

export const problem = new Problem();
