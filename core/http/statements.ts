import { AsyncLocalStorage } from 'node:async_hooks'
import type { StatementMeter } from '../db/index.ts'

/** Counts the database statements of each request. The meter is handed to the database, `run` wraps the request. */
export interface StatementCounter {
  readonly meter: StatementMeter
  run<T>(work: () => Promise<T>): Promise<T>
  /** Of the request in whose course this is called. */
  count(): number
}

export function createStatementCounter(): StatementCounter {
  const requests = new AsyncLocalStorage<{ statements: number }>()
  return {
    meter: {
      before() {
        const request = requests.getStore()
        if (request) request.statements++
      },
    },
    run: (work) => requests.run({ statements: 0 }, work),
    count: () => requests.getStore()?.statements ?? 0,
  }
}
