/** Stands in for node:test inside the bundle: keeps the tests, so that the runner can run single ones in its process. */
export interface Collected {
  name: string
  body: () => unknown
}

const collected: Collected[] = []
const path: string[] = []

export function test(name: string, body: () => unknown): void {
  collected.push({ name: [...path, name].join(' > '), body })
}
export const it = test

export function describe(name: string, body: () => unknown): void {
  path.push(name)
  body()
  path.pop()
}

export const tests: readonly Collected[] = collected
