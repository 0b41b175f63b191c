/** Something the banks will do after the answer: settle a refund, raise a dispute. */
export interface Waiting {
  /** The object it is about. */
  about: string
  what: string
  run: () => void
}

/** Holds what happens later, by itself after a while, or only when told when `afterMs` is null. */
export class Later {
  /** Called after something has happened. */
  onRun: () => void = () => {}
  readonly #afterMs: number | null
  readonly #waiting = new Map<Waiting, NodeJS.Timeout | null>()

  constructor(afterMs: number | null) {
    this.#afterMs = afterMs
  }

  add(about: string, what: string, run: () => void): void {
    const waiting = { about, what, run }
    const timer = this.#afterMs === null ? null : setTimeout(() => this.#finish(waiting), this.#afterMs)
    timer?.unref()
    this.#waiting.set(waiting, timer)
  }

  /** Does what waits now, all of it or only what is about one object. Answers what was done. */
  settle(about?: string): { about: string; what: string }[] {
    const due = [...this.#waiting.keys()].filter((one) => about === undefined || one.about === about)
    for (const waiting of due) this.#finish(waiting)
    return due.map(({ about, what }) => ({ about, what }))
  }

  list(): { about: string; what: string }[] {
    return [...this.#waiting.keys()].map(({ about, what }) => ({ about, what }))
  }

  close(): void {
    for (const timer of this.#waiting.values()) if (timer) clearTimeout(timer)
    this.#waiting.clear()
  }

  #finish(waiting: Waiting): void {
    const timer = this.#waiting.get(waiting)
    if (timer === undefined) return
    if (timer) clearTimeout(timer)
    this.#waiting.delete(waiting)
    waiting.run()
    this.onRun()
  }
}
