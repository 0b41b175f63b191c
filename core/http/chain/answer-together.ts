import { setImmediate as endOfTurn } from 'node:timers/promises'
import type { Step } from '../context.ts'

/**
 * What came in with one turn of the event loop is answered at its end, one right after the other. Writing to a reader
 * that sleeps (a proxy on the same machine is one) wakes it, which costs as much as half a page; one that still reads the
 * answer before needs no waking.
 */
export const answerTogether: Step = async (_ctx, next) => {
  await next()
  await endOfTurn()
}
