/** States an invariant. A failure is a bug of ours: the act stops, nothing is guessed. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Invariant broken: ${message}`)
}

export function never(value: never): never {
  throw new Error(`Invariant broken: unexpected ${JSON.stringify(value)}`)
}
