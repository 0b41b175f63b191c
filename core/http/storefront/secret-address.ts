import type { RouteCtx } from '../context.ts'

/** The address is the secret: no cache, no index and no other site learns it. */
export function secretAddress(ctx: RouteCtx): void {
  ctx.set('Cache-Control', 'no-store')
  ctx.set('Referrer-Policy', 'no-referrer')
  ctx.set('X-Robots-Tag', 'noindex')
}
