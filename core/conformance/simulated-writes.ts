import type { RequestAnswer } from '../../sdk/index.ts'
import type { PluginWrites, WriteAsked } from '../plugins/index.ts'

/** What becomes of requests: done, kept for a person, or refused by one. */
export type Decided = RequestAnswer['outcome']

export interface SimulatedWrites extends PluginWrites {
  decide(outcome: Decided): void
  /** Forgets what was asked: another bench begins. */
  clear(): void
  /** How many different things were asked for. */
  made(): number
  /** The first reference that was used for two of them. */
  conflict(): string | undefined
}

const ANSWERS: Readonly<Record<Decided, RequestAnswer>> = {
  done: { outcome: 'done', id: null },
  waiting: { outcome: 'waiting' },
  refused: { outcome: 'refused', reason: 'Not this time' },
}

/** Takes requests as Berth does, and writes nothing. */
export function simulatedWrites(): SimulatedWrites {
  const known = new Map<string, string>()
  let [outcome, conflict]: [Decided, string | undefined] = ['done', undefined]
  return {
    decide: (now) => void (outcome = now),
    clear() {
      known.clear()
      ;[outcome, conflict] = ['done', undefined]
    },
    made: () => known.size,
    conflict: () => conflict,
    request({ reference, ...asked }) {
      const text = textOf(asked)
      if (known.has(reference) && known.get(reference) !== text) conflict ??= reference
      known.set(reference, known.get(reference) ?? text)
      return Promise.resolve(ANSWERS[outcome])
    },
  }
}

const textOf = ({ scope, record, body }: Omit<WriteAsked, 'reference'>) =>
  JSON.stringify([scope, record.id, body])
