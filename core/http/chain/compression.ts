import { constants } from 'node:zlib'
import compress from 'koa-compress'

/** Event streams stay as they are: a compressor would hold messages back. Files of the theme are compressed already. */
export const compression = compress({
  threshold: 1024,
  filter: (type) => /^text\/(?!event-stream)|\bjson\b|\bxml\b/i.test(type),
  br: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
  gzip: { level: 5 },
  deflate: false,
})
