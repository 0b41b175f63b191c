import type { Step } from '../context.ts'
import { BodyUnreadable } from '../errors.ts'

/** PostgreSQL takes no U+0000 in a text: an address that brings one names nothing, and is no fault of ours. */
export const plainAddress: Step = (ctx, next) => {
  if (ctx.url.includes('%00')) throw BodyUnreadable({ reason: 'its address has the character U+0000' })
  return next()
}
