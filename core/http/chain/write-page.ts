import { Html } from '../../render/index.ts'
import type { Ctx, Step } from '../context.ts'

/** A page is written from its bytes together with its headers: made a buffer first, it would be copied twice. */
export const writePage: Step = async (ctx, next) => {
  await next()
  if (ctx.body instanceof Html) write(ctx, ctx.body)
}

function write(ctx: Ctx, { bytes }: Html): void {
  ctx.length = bytes.length
  if (ctx.method === 'HEAD' || !ctx.writable) return
  ctx.respond = false
  ctx.res.end(bytes, 'latin1')
}
