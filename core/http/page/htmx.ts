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

const HTMX_HEADERS = 'HX-Request, HX-Target, HX-Request-Type'

/** Caches keep the part and the page apart. */
export function varyByHtmx(ctx: Ctx): void {
  const known = String(ctx.res.getHeader('Vary') ?? '')
  if (known.includes(HTMX_HEADERS)) return
  ctx.res.setHeader('Vary', known === '' ? HTMX_HEADERS : `${known}, ${HTMX_HEADERS}`)
}
