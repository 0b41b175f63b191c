import { constants } from 'node:zlib'
import compress from 'koa-compress'
import { Html } from '../../render/index.ts'
import type { Ctx, Step } from '../context.ts'

/** Event streams stay as they are: a compressor would hold messages back. Files of the theme are compressed already. */
const compressed = compress({
  threshold: 1024,
  filter: (type) => /^text\/(?!event-stream)|\bjson\b|\bxml\b/i.test(type),
  br: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
  gzip: { level: 5 },
  deflate: false,
})

/** The compressor knows no pages as we have them. */
function asBuffer(ctx: Ctx): void {
  if (ctx.body instanceof Html) ctx.body = Buffer.from(ctx.body.bytes, 'latin1')
}

/** Whoever takes no coding is spared the choice of one. */
export const compression: Step = (ctx, next) =>
  ctx.headers['accept-encoding'] === undefined
    ? next()
    : compressed(ctx, () => next().then(() => asBuffer(ctx)))
