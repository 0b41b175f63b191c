import type { StoredMessage } from './message.ts'

const KEPT_MESSAGES = 2000
const KEPT_BYTES = 256 * 1024 * 1024

export interface Mailbox {
  add(message: StoredMessage): void
  /** Oldest first. */
  all(): readonly StoredMessage[]
  find(id: string): StoredMessage | undefined
  clear(): void
  /** Resolves with the first message, there already or to come, that the predicate accepts. */
  waitFor(predicate: (message: StoredMessage) => boolean, timeoutMs: number): Promise<StoredMessage>
}

/** Keeps the latest messages: at most 2000, and at most 256 MiB of sources. */
export function createMailbox(): Mailbox {
  const messages: StoredMessage[] = []
  const watchers = new Set<(message: StoredMessage) => void>()
  return {
    add: (message) => {
      messages.push(message)
      dropOldest(messages)
      for (const watch of watchers) watch(message)
    },
    all: () => messages.slice(),
    find: (id) => messages.find((message) => message.id === id),
    clear: () => void (messages.length = 0),
    waitFor: (predicate, timeoutMs) =>
      new Promise((resolve, reject) => {
        const present = messages.find(predicate)
        if (present) return resolve(present)
        const watch = (message: StoredMessage) => {
          if (!predicate(message)) return
          stop()
          resolve(message)
        }
        const timer = setTimeout(() => {
          stop()
          reject(new Error(`No matching mail within ${timeoutMs} ms; ${describe(messages)}.`))
        }, timeoutMs)
        const stop = () => {
          clearTimeout(timer)
          watchers.delete(watch)
        }
        watchers.add(watch)
      }),
  }
}

function dropOldest(messages: StoredMessage[]): void {
  let bytes = messages.reduce((sum, { source }) => sum + source.length, 0)
  while (messages.length > KEPT_MESSAGES || (bytes > KEPT_BYTES && messages.length > 1)) {
    bytes -= messages.shift()?.source.length ?? 0
  }
}

function describe(messages: readonly StoredMessage[]): string {
  if (messages.length === 0) return 'none has arrived'
  const latest = messages
    .slice(-5)
    .map(({ subject, recipients }) => `"${subject}" to ${recipients.join(', ')}`)
  return `the latest of ${messages.length}: ${latest.join('; ')}`
}
