import { hash, timingSafeEqual } from 'node:crypto'
import { NotSignedIn, randomBytes } from '../../kernel/index.ts'
import type { Ctx, Step } from '../context.ts'
import { ForeignForm } from '../errors.ts'
import { guestSecret, readCookie, sideOf } from './session.ts'

const TOKEN_BYTES = 32

/**
 * A post must come from our own page. Two proofs: what the browser says of its origin, and a token that only a page
 * made for this very session (or visitor) can hold.
 */
export const csrf: Step = (ctx, next) => {
  if (ctx.method === 'POST' && !(comesFromHere(ctx) && isToken(ctx, ctx.state.formKeys.csrf)))
    throw hasLostSession(ctx) ? NotSignedIn({}) : ForeignForm({})
  return next()
}

/** The session ended while the form was open: its token fits no longer, and the reader is led to sign in and back. */
const hasLostSession = (ctx: Ctx): boolean =>
  ctx.state.signedIn === null && comesFromHere(ctx) && readCookie(ctx, sideOf(ctx)) !== undefined

/** The token for the forms of this answer: masked anew each time, so that compression tells nothing of it. */
export function csrfToken(ctx: Ctx): string {
  const token = tokenFor(ctx)
  const bytes = randomBytes(2 * TOKEN_BYTES)
  for (let i = 0; i < TOKEN_BYTES; i++) bytes[TOKEN_BYTES + i] = bytes[i]! ^ token[i]!
  return bytes.toString('base64url')
}

/** Whoever is signed in needs no headers beside the token: some proxies and old browsers drop them. */
function comesFromHere(ctx: Ctx): boolean {
  const site = ctx.get('Sec-Fetch-Site')
  const origin = ctx.get('Origin')
  if (origin !== '' && origin !== ctx.state.origin) return false
  if (site !== '' && site !== 'same-origin') return false
  return ctx.state.signedIn !== null || site !== '' || origin !== ''
}

function isToken(ctx: Ctx, sent: string | undefined): boolean {
  const bytes = Buffer.from(sent ?? '', 'base64url')
  if (bytes.length !== 2 * TOKEN_BYTES) return false
  const token = xor(bytes.subarray(0, TOKEN_BYTES), bytes.subarray(TOKEN_BYTES))
  return timingSafeEqual(token, tokenFor(ctx))
}

/** Both secrets are random, in cookies that no script can read: a digest of them is a token nobody else can make. */
export function bindingOf(ctx: Ctx): string {
  return ctx.state.signedIn ? readCookie(ctx, sideOf(ctx))! : guestSecret(ctx)
}

/** Of a session it is worked out once for as long as the session's row is kept. */
function tokenFor(ctx: Ctx): Buffer {
  const { signedIn } = ctx.state
  if (!signedIn) return tokenOf(bindingOf(ctx))
  let token = tokens.get(signedIn.session)
  if (!token) tokens.set(signedIn.session, (token = tokenOf(bindingOf(ctx))))
  return token
}

const tokens = new WeakMap<object, Buffer>()

const tokenOf = (binding: string): Buffer => hash('sha256', `form token ${binding}`, 'buffer')

function xor(a: Buffer, b: Buffer): Buffer {
  const mixed = Buffer.allocUnsafe(a.length)
  for (let i = 0; i < a.length; i++) mixed[i] = a[i]! ^ b[i]!
  return mixed
}
