export interface JournalEntry {
  at: number
  method: string
  path: string
  status: number
  /** Whether the connection was dropped instead of answered. */
  lost: boolean
}

export interface Journal {
  add(entry: JournalEntry): void
  entries(): JournalEntry[]
}

const KEPT = 1000

export function createJournal(): Journal {
  const entries: JournalEntry[] = []
  return {
    add: (entry) => {
      entries.push(entry)
      if (entries.length > KEPT) entries.shift()
    },
    entries: () => entries.slice(),
  }
}
