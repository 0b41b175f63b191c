import type { Ctx } from '../context.ts'

/** Whether htmx asks for a part of a page; boosted links and forms ask for whole pages. */
export const isPartial = (ctx: Ctx): boolean =>
  ctx.get('HX-Request') === 'true' && ctx.get('HX-Request-Type') !== 'full'

/** A link that htmx follows: the whole page is fetched, and its middle swapped in. */
export const isBoosted = (ctx: Ctx): boolean =>
  ctx.method === 'GET' && ctx.get('HX-Request') === 'true' && !isPartial(ctx)

/** Id of the element that the answer goes into: htmx sends "div#invoices-rows". */
export function targetId(ctx: Ctx): string | null {
  const at = ctx.get('HX-Target').indexOf('#')
  return at < 0 ? null : ctx.get('HX-Target').slice(at + 1)
}
