import type { Step } from '../context.ts'

/** Nothing inline and nothing from elsewhere. A page may hold frames of our own house, whose documents are sandboxed. */
export const contentPolicy = ({ framed }: { framed: boolean }): string =>
  [
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    `frame-src ${framed ? "'self'" : "'none'"}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')

const HEADERS = Object.entries({
  'Content-Security-Policy': contentPolicy({ framed: false }),
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=()',
  'Cache-Control': 'no-store',
  // Caches keep codings apart, and parts from pages.
  Vary: 'Accept-Encoding, HX-Request, HX-Target, HX-Request-Type',
})

export const securityHeaders: Step = (ctx, next) => {
  for (const [name, value] of HEADERS) ctx.res.setHeader(name, value)
  if (ctx.state.secure) ctx.set('Strict-Transport-Security', 'max-age=31536000; includeSubDomains')
  return next()
}
