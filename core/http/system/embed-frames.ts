import { NotFound } from '../../kernel/index.ts'
import type { BrowserPart } from '../../plugins/index.ts'
import { escapeText } from '../../render/index.ts'
import type { Ctx, Step } from '../context.ts'
import { openEmbed, type ShownEmbed } from '../plugin-places/embed-view.ts'

const ADDRESS = /^\/frames\/([\w-]+)\/(?:([0-9a-f]{64})\.js|([\w-]+))$/

/**
 * The frames in which code of plugins runs in browsers. Each is a document of its own without an origin: it is nobody's,
 * so no cookie is read here, and its scripts can do nothing in the name of the person who looks at it.
 */
export const embedFrames: Step = async (ctx, next) => {
  const [, instance, hash, token] = (ctx.method === 'GET' && ADDRESS.exec(ctx.path)) || []
  if (instance === undefined) return next()
  const part = await ctx.state.deps.plugins.browserPart?.(instance)
  if (part && hash === part.hash) return sendCode(ctx, part)
  const shown = token === undefined ? null : openEmbed(ctx, instance, token)
  if (!part || !shown) throw NotFound({ what: 'frame', id: instance })
  sendFrame(ctx, part, { instance, shown })
}

/** Asked for by a document without an origin, which is as foreign as any. */
function sendCode(ctx: Ctx, { code }: BrowserPart): void {
  ctx.set('Cross-Origin-Resource-Policy', 'cross-origin')
  ctx.set('Cache-Control', 'public, max-age=31536000, immutable')
  ctx.type = 'text/javascript; charset=utf-8'
  ctx.body = code
}

function sendFrame(
  ctx: Ctx,
  part: BrowserPart,
  { instance, shown }: { instance: string; shown: ShownEmbed },
): void {
  const { origin } = ctx.state
  const code = `${origin}/frames/${instance}/${part.hash}.js`
  ctx.set('Content-Security-Policy', framePolicy(code, part.origins))
  ctx.set('X-Frame-Options', 'SAMEORIGIN')
  ctx.set('Referrer-Policy', 'no-referrer')
  ctx.type = 'text/html; charset=utf-8'
  ctx.body = documentOf({ ...shown, parent: origin, title: part.name, scripts: [...part.scripts, code] })
}

/** Without allow-same-origin and without popups, which may go to any host. */
function framePolicy(code: string, { script, frame, connect, image }: BrowserPart['origins']): string {
  const listed = (origins: readonly string[]) => origins.join(' ') || "'none'"
  return [
    'sandbox allow-scripts allow-forms',
    "default-src 'none'",
    `script-src ${listed([code, ...script])}`,
    `frame-src ${listed(frame)}`,
    `connect-src ${listed(connect)}`,
    `img-src ${listed(image)}`,
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'self'",
  ].join('; ')
}

interface FrameDocument extends ShownEmbed {
  parent: string
  title: string
  scripts: readonly string[]
}

function documentOf({ locale, data, parent, title, scripts }: FrameDocument): string {
  const e = escapeText
  return `<!doctype html>
<html lang="${e(locale)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${e(title)}</title></head>
<body data-data="${e(data)}" data-parent="${e(parent)}">
${scripts.map((address) => `<script src="${e(address)}"></script>`).join('\n')}
</body></html>
`
}
