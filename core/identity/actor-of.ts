import { madeOnce, sql } from '../db/index.ts'
import { instant, toMs, type Actor, type ClientGrant, type Instant } from '../kernel/index.ts'
import type { Means } from '../records/index.ts'
import { intersect } from './patterns.ts'
import type { Session, User } from './rows.ts'
import { secretTokenHash } from './secret-token.ts'

const MINUTE_MS = 60_000

/** Where the request came in. A session holds only in the realm of its user; of staff there is one realm. */
export interface RequestFacts {
  realm: { id: string } | { kind: 'staff' }
  address: string
  requestId?: string
}

/** A client that the user may choose to act for; with a status other than active there is no grant. */
export interface ClientChoice {
  id: string
  brand_id: string
  name: string
  company: string | null
  currency: string
  status: string
  owner: boolean
}

export interface SignedIn {
  actor: Actor
  user: Omit<User, 'password_hash'>
  session: Session
  clients: readonly ClientChoice[]
}

/** What everybody signed in may do about their own account, whatever their role. */
export const OWN_ACCOUNT: readonly string[] = [
  'session.*',
  'api_key.*',
  'user.change_password',
  'user.change_profile',
  'user.change_email',
  'user.request_verification',
  'user.verify_email',
  'user.request_reset',
  'user.reset_password',
]

/** Who acts with this cookie; null when the session is unknown, over, of another realm, or of a disabled user. */
export async function actorOfSession(
  means: Means,
  token: string,
  facts: RequestFacts,
): Promise<SignedIn | null> {
  const here = 'id' in facts.realm ? sql`u.realm_id = ${facts.realm.id}` : sql`r.kind = ${facts.realm.kind}`
  const found = await means.db.all<PrincipalRow & SessionColumns>(sql`
    select s.id as session_id, s.client_id as session_client_id, s.address as session_address, s.agent,
      s.created_at as started_at, s.last_seen_at as session_seen_at, s.idle_minutes, s.expires_at, s.ends_by, s.confirmed_at,
      ${principalColumns} from sessions s join users u on u.id = s.user_id ${principalJoins}
    where s.token_hash = ${secretTokenHash(token)} and s.ended_at is null and ${here}`)
  const holder = holderOf({ rows: inForce(means, found) })
  const now = means.clock.ms()
  if (!holder || holder.endsMs <= now) return null
  const { actor, user, clients, session } = holder
  return {
    actor: { ...actor, ...whence(facts) },
    ...{ user, clients },
    session: now - holder.seenMs < MINUTE_MS ? session : await touched(means, session),
  }
}

/** What the rows of a session say, whoever asks and when. */
interface Holder extends SignedIn {
  endsMs: number
  seenMs: number
}

const holderOf = madeOnce(({ rows }: { rows: readonly (PrincipalRow & SessionColumns)[] }): Holder | null => {
  const [row] = rows
  if (!row || !mayAct(row)) return null
  const session = sessionOf(row)
  const own = { sessionId: session.id, confirmedAt: session.confirmed_at }
  return {
    actor: { ...actorFor(rows), ...own },
    ...{ user: userOf(row), session, clients: choicesOf(rows) },
    endsMs: Math.min(toMs(row.expires_at), toMs(row.ends_by)),
    seenMs: toMs(row.session_seen_at),
  }
})

const whence = ({ address, requestId }: KeyFacts): KeyFacts =>
  requestId === undefined ? { address } : { address, requestId }

export interface KeyFacts {
  address: string
  requestId?: string
}

/** Who acts with this API key: its user, cut to the key's scopes and, when it has one, to its client. */
export async function actorOfApiKey(
  means: Means,
  token: string,
  facts: KeyFacts,
): Promise<{ actor: Actor; user: Omit<User, 'password_hash'>; keyId: string } | null> {
  const now = means.clock.now()
  const found = await means.db.all<PrincipalRow & KeyColumns>(sql`
    select k.id as key_id, k.name as key_name, k.client_id as key_client_id, k.scopes, k.last_used_at, ${principalColumns}
    from api_keys k join users u on u.id = k.user_id ${principalJoins}
    where k.token_hash = ${secretTokenHash(token)} and k.revoked_at is null and (k.expires_at is null or k.expires_at > ${now})`)
  const rows = inForce(means, found)
  const [row] = rows
  if (!row || !mayAct(row)) return null
  if (isStale(means, row.last_used_at))
    await means.db.run(sql`update api_keys set last_used_at = ${now} where id = ${row.key_id}`)
  const scopes = JSON.parse(row.scopes) as string[]
  const whole = actorFor(rows)
  const actor: Actor = {
    ...whole,
    id: row.key_id,
    name: row.key_name,
    permissions: intersect(scopes, whole.permissions),
    grants: whole.grants
      .filter((grant) => row.key_client_id === null || grant.clientId === row.key_client_id)
      .map((grant) => ({ ...grant, rights: intersect(scopes, grant.rights) })),
    ...whence(facts),
  }
  return { actor, user: userOf(row), keyId: row.key_id }
}

interface SessionColumns {
  session_id: string
  session_client_id: string | null
  session_address: string
  agent: string
  started_at: Instant
  session_seen_at: Instant
  idle_minutes: number
  expires_at: Instant
  ends_by: Instant
  confirmed_at: Instant | null
}

interface KeyColumns {
  key_id: string
  key_name: string
  key_client_id: string | null
  scopes: string
  last_used_at: Instant | null
}

/** One row a membership; the user's own columns repeat. */
interface PrincipalRow extends Omit<User, 'password_hash'> {
  realm_kind: 'staff' | 'clients'
  staff_status: string | null
  staff_brand_ids: string | null
  permissions: string | null
  grant_client_id: string | null
  grant_service_id: string | null
  grant_rights: string | null
  grant_owner: number | null
  grant_ends_at: Instant | null
  client_name: string | null
  client_company: string | null
  client_currency: string | null
  client_status: string | null
  client_brand_id: string | null
}

const principalColumns = sql`
  u.id, u.realm_id, u.email, u.email_key, u.name, u.email_verified_at, u.locale, u.theme, u.status, u.last_seen_at,
  u.version, u.created_at, u.updated_at, r.kind as realm_kind,
  f.status as staff_status, f.brand_ids as staff_brand_ids, o.permissions,
  m.client_id as grant_client_id, m.service_id as grant_service_id, m.rights as grant_rights, m.owner as grant_owner,
  m.ends_at as grant_ends_at,
  c.name as client_name, c.company as client_company, c.currency as client_currency, c.status as client_status, c.brand_id as client_brand_id`

/** No moment is named here: the statement is asked at every request, and until something changes its answer stands. */
const principalJoins = sql`
  join realms r on r.id = u.realm_id
  left join staff f on f.user_id = u.id
  left join roles o on o.id = f.role_id
  left join memberships m on m.user_id = u.id
  left join clients c on c.id = m.client_id`

/**
 * The rows of memberships that have not ended, by the business clock, as the services do that they are for. Of somebody
 * whose memberships have all ended one row stays, without any.
 */
function inForce<R extends PrincipalRow>(means: Means, rows: readonly R[]): readonly R[] {
  if (rows.every(({ grant_ends_at: end }) => end === null)) return rows
  const now = means.business.now()
  const left = rows.filter(({ grant_ends_at: end }) => end === null || end > now)
  return left.length > 0 ? left : rows.slice(0, 1).map((row) => ({ ...row, ...NO_MEMBERSHIP }))
}

const NO_MEMBERSHIP = {
  ...{ grant_client_id: null, grant_service_id: null, grant_rights: null, grant_owner: null },
  ...{
    grant_ends_at: null,
    client_name: null,
    client_company: null,
    client_currency: null,
    client_status: null,
    client_brand_id: null,
  },
}

function mayAct(row: PrincipalRow): boolean {
  return row.status === 'active' && (row.realm_kind === 'clients' || row.staff_status === 'active')
}

function actorFor(rows: readonly PrincipalRow[]): Actor {
  const row = rows[0]!
  const { id, name } = row
  if (row.realm_kind === 'staff') {
    const permissions = [...(JSON.parse(row.permissions ?? '[]') as string[]), ...OWN_ACCOUNT]
    const brandIds = row.staff_brand_ids ? (JSON.parse(row.staff_brand_ids) as string[]) : 'all'
    return { kind: 'staff', id, name, permissions, brandIds, grants: [] }
  }
  const held = rows.filter((membership) => membership.client_status === 'active')
  const brandIds = [...new Set(held.map((membership) => membership.client_brand_id!))]
  return { kind: 'client', id, name, permissions: [], brandIds, grants: held.map(grantOf) }
}

function grantOf(row: PrincipalRow): ClientGrant {
  return {
    clientId: row.grant_client_id!,
    serviceId: row.grant_service_id,
    rights: JSON.parse(row.grant_rights!) as string[],
  }
}

function choicesOf(rows: readonly PrincipalRow[]): ClientChoice[] {
  const choices = new Map<string, ClientChoice>()
  for (const row of rows) {
    if (!row.grant_client_id) continue
    choices.set(row.grant_client_id, {
      id: row.grant_client_id,
      brand_id: row.client_brand_id!,
      name: row.client_name!,
      company: row.client_company,
      currency: row.client_currency!,
      status: row.client_status!,
      owner: row.grant_owner === 1 || choices.get(row.grant_client_id)?.owner === true,
    })
  }
  return [...choices.values()]
}

function userOf(row: PrincipalRow): Omit<User, 'password_hash'> {
  const { id, realm_id, email, email_key, name, email_verified_at, locale, theme } = row
  const { status, last_seen_at, version, created_at, updated_at } = row
  return {
    ...{ id, realm_id, email, email_key, name, email_verified_at, locale, theme },
    ...{ status, last_seen_at, version, created_at, updated_at },
  }
}

function sessionOf(row: PrincipalRow & SessionColumns): Session {
  return {
    id: row.session_id,
    user_id: row.id,
    client_id: row.session_client_id,
    address: row.session_address,
    agent: row.agent,
    created_at: row.started_at,
    last_seen_at: row.session_seen_at,
    idle_minutes: row.idle_minutes,
    expires_at: row.expires_at,
    ends_by: row.ends_by,
    confirmed_at: row.confirmed_at,
    ended_at: null,
  }
}

/** A visit moves the end of the session. Written at most once a minute, so that pages stay reads. */
async function touched(means: Means, session: Session): Promise<Session> {
  const now = means.clock.now()
  const idle = instant(means.clock.ms() + session.idle_minutes * MINUTE_MS)
  const expires_at = idle < session.ends_by ? idle : session.ends_by
  await means.db.run(
    sql`update sessions set last_seen_at = ${now}, expires_at = ${expires_at} where id = ${session.id} and ended_at is null`,
  )
  return { ...session, last_seen_at: now, expires_at }
}

function isStale(means: Means, at: Instant | null): boolean {
  return at === null || means.clock.ms() - toMs(at) >= MINUTE_MS
}
