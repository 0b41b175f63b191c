import { randomBytes } from 'node:crypto'
import { madeOnce } from '../../db/index.ts'
import { actorOfSession, type SignedIn } from '../../identity/index.ts'
import type { Ctx, Step } from '../context.ts'

/** Staff and clients are of different realms, so one browser may hold a session of each. */
export type Side = 'staff' | 'client'
export const sideOf = (ctx: Ctx): Side => (ctx.state.area === 'admin' ? 'staff' : 'client')

/** Who is signed in on this side of the house, and which of several clients the session acts for. */
export const session: Step = async (ctx, next) => {
  const { state } = ctx
  state.guest = readCookie(ctx, 'guest') ?? ''
  const token = readCookie(ctx, sideOf(ctx))
  const signedIn = token ? await signedInBy(ctx, token) : null
  if (signedIn) actAs(ctx, signedIn)
  await next()
}

/** Everything about the session of this token, when it is one of this side of the house; one statement. */
export async function signedInBy(ctx: Ctx, token: string): Promise<SignedIn | null> {
  const { deps, address, requestId, brand } = ctx.state
  const realm = sideOf(ctx) === 'staff' ? ({ kind: 'staff' } as const) : brand && { id: brand.realm_id }
  return realm && actorOfSession(deps, token, { realm, address, requestId })
}

function actAs({ state }: Ctx, signedIn: SignedIn): void {
  const { actor, clients, session } = signedIn
  state.signedIn = signedIn
  state.actor = actor
  if (actor.kind !== 'client') return
  const { client, grants } = chosenOf({ clients, grants: actor.grants, chosen: session.client_id })
  state.client = client
  state.actor = { ...actor, grants, brandIds: state.brand ? [state.brand.id] : [] }
}

type Choosing = Pick<SignedIn, 'clients'> & { grants: SignedIn['actor']['grants']; chosen: string | null }

/** The client that a session acts for, or the only one there is, and what its member may do. */
const chosenOf = madeOnce(({ clients, grants, chosen }: Choosing) => {
  const choices = clients.filter(({ status }) => status === 'active')
  const client = choices.find(({ id }) => id === chosen) ?? (choices.length === 1 ? choices[0]! : null)
  return { client, grants: grants.filter(({ clientId }) => clientId === client?.id) }
})

type CookieName = Side | 'guest' | 'cart' | 'choices' | 'flash'
const namesWith = (prefix: string): Record<CookieName, string> => ({
  staff: `${prefix}berth_staff`,
  client: `${prefix}berth_client`,
  guest: `${prefix}berth_guest`,
  cart: `${prefix}berth_cart`,
  choices: `${prefix}berth_choices`,
  flash: `${prefix}berth_flash`,
})
const PLAIN_NAMES = namesWith('')
const SECURE_NAMES = namesWith('__Host-')

/** "__Host-" keeps other hosts of the domain from planting the cookie; browsers take it over TLS only. */
const cookieName = (ctx: Ctx, name: CookieName): string =>
  (ctx.state.secure ? SECURE_NAMES : PLAIN_NAMES)[name]

export function readCookie(ctx: Ctx, name: CookieName): string | undefined {
  return cookiesIn(ctx.headers.cookie ?? '').get(cookieName(ctx, name))
}

/** A request reads several of its cookies, one after the other. */
let lastRead: { header: string; cookies: ReadonlyMap<string, string> } = { header: '', cookies: new Map() }

function cookiesIn(header: string): ReadonlyMap<string, string> {
  if (lastRead.header === header) return lastRead.cookies
  const cookies = new Map<string, string>()
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=')
    const name = pair.slice(0, at).trim()
    // The first of several with one name counts, as browsers send the closest first.
    if (at > 0 && !cookies.has(name)) cookies.set(name, unquoted(pair.slice(at + 1).trim()))
  }
  lastRead = { header, cookies }
  return cookies
}

const unquoted = (text: string): string => (text.startsWith('"') ? text.slice(1, -1) : text)

/** Without `days` the cookie ends with the browser. Null removes it. */
export function writeCookie(ctx: Ctx, name: CookieName, value: string | null, days?: number): void {
  ctx.cookies.secure = ctx.state.secure
  ctx.cookies.set(cookieName(ctx, name), value, {
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    secure: ctx.state.secure,
    overwrite: true,
    ...(days === undefined ? {} : { maxAge: days * 86_400_000 }),
  })
}

/** The visitor's secret, made at the first page that shows a form. */
export function guestSecret(ctx: Ctx): string {
  if (ctx.state.guest === '') {
    ctx.state.guest = randomBytes(24).toString('base64url')
    writeCookie(ctx, 'guest', ctx.state.guest, 30)
  }
  return ctx.state.guest
}

/** After signing in or out nothing that was known before holds any longer: a planted cookie is worth nothing. */
export function takeSession(ctx: Ctx, token: string | null, days?: number): void {
  writeCookie(ctx, sideOf(ctx), token, days)
}
