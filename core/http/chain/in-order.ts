import type { Middleware } from 'koa'
import type { Ctx, State } from '../context.ts'

/**
 * The steps of a chain as one: each gets the rest of them as its `next`. What a step throws before it waits passes
 * through those that do not wait either, up to the next one that does, as it would with promises.
 */
export function inOrder(steps: readonly Middleware<State>[]): Middleware<State> {
  return (ctx, after) => {
    const from = (at: number): Promise<unknown> => {
      const step = steps[at]
      return step === undefined ? after() : (step(ctx as Ctx, () => from(at + 1)) as Promise<unknown>)
    }
    return from(0)
  }
}
