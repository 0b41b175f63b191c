import type { Step } from '../context.ts'

/** Sources that one page needs beyond our own, such as a gateway's card fields. */
export interface ContentSources {
  script?: readonly string[]
  frame?: readonly string[]
  connect?: readonly string[]
  image?: readonly string[]
  /** The page shows a page of ours in a frame, such as a mail as it was sent. */
  ownFrame?: boolean
}

/** Nothing inline and nothing from elsewhere. `extra` names what a single page needs beyond that. */
export function contentPolicy(extra: ContentSources = {}): string {
  const sources = (more: readonly string[] = []) => ["'self'", ...more.map(checkedSource)].join(' ')
  return [
    "default-src 'self'",
    `script-src ${sources(extra.script)}`,
    "style-src 'self'",
    `img-src ${sources(extra.image)}`,
    `connect-src ${sources(extra.connect)}`,
    `frame-src ${framesOf(extra)}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}

function framesOf({ frame = [], ownFrame }: ContentSources): string {
  const sources = [...(ownFrame ? ["'self'"] : []), ...frame.map(checkedSource)]
  return sources.join(' ') || "'none'"
}

const OWN_POLICY = contentPolicy()

const HEADERS = Object.entries({
  'Content-Security-Policy': OWN_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=()',
  'Cache-Control': 'no-store',
})

export const securityHeaders: Step = (ctx, next) => {
  for (const [name, value] of HEADERS) ctx.res.setHeader(name, value)
  if (ctx.state.secure) ctx.set('Strict-Transport-Security', 'max-age=31536000; includeSubDomains')
  return next()
}

/** Whole hosts over TLS only: no wildcards of schemes, no keywords. */
function checkedSource(source: string): string {
  if (!/^https:\/\/(\*\.)?[a-z0-9.-]+(:\d+)?$/.test(source))
    throw new TypeError(`"${source}" is not a source such as https://js.example.com.`)
  return source
}
