import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { forUpdate, sql, type Queries, type Trx } from '../db/index.ts'
import {
  AccountDisabled,
  countAttempts,
  createUser,
  findUserByEmail,
  hashPassword,
  limits,
  LinkInvalid,
  requireGoodPassword,
  secretTokenHash,
  setPasswordByMail,
  startOwnSession,
  type Session,
  type User,
} from '../identity/index.ts'
import { invalidInput, type Actor, type Instant } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { addMembership } from './add-membership.ts'
import { tellOwners } from './tell-owners.ts'

/** What the page of the link shows. */
export interface Invitation {
  id: string
  client_id: string
  /** Company or name of who is billed. */
  client: string
  email: string
  rights: string[]
  service_id: string | null
  /** Name of that one service. */
  service: string | null
  ends_at: Instant | null
  expires_at: Instant
  invited_by_name: string
  /** Whether the address has an account that it was proved for; who asks holds the mailbox. */
  has_account: boolean
}

/** By the secret of the link, for the realm of the page's brand; LinkInvalid otherwise. Uses nothing up. */
export async function findInvitation(
  means: Pick<Means, 'clock'>,
  queries: Queries,
  wanted: { token: string; realmId: string },
): Promise<Invitation> {
  const row = await queries.get<
    Omit<Invitation, 'rights' | 'has_account'> & { rights: string; user_id: string | null }
  >(sql`
    select i.id, i.client_id, coalesce(c.company, c.name) as client, i.email, i.rights, i.service_id, i.ends_at,
      i.expires_at, i.invited_by_name, u.id as user_id, w.label as service
    from membership_invites i join clients c on c.id = i.client_id join brands b on b.id = c.brand_id
      left join services w on w.id = i.service_id
      left join users u on u.realm_id = b.realm_id and u.email_key = i.email_key and u.email_verified_at is not null
    where i.token_hash = ${secretTokenHash(wanted.token)} and b.realm_id = ${wanted.realmId}
      and (i.service_id is null
        or exists (select 1 from services s where s.id = i.service_id and s.client_id = i.client_id))`)
  if (!row) throw LinkInvalid({ reason: 'used' })
  if (row.expires_at <= means.clock.now()) throw LinkInvalid({ reason: 'expired' })
  const { user_id, ...invitation } = row
  return { ...invitation, rights: JSON.parse(row.rights) as string[], has_account: user_id !== null }
}

/**
 * The membership goes to the account of the address that was invited, whoever is signed in: the link proves the
 * mailbox. Where there is none, one is made with the name and password given, and its session begins; one that never
 * proved the address may be a stranger's, and gets both anew.
 */
export const acceptInvitation = defineVerb(
  {
    permission: 'invitation.accept',
    asksNobody: 'what the invited person may do was asked about when the invitation was made',
    audience: ['guest', 'client', 'staff'],
    input: Type.Object({
      realm_id: Type.String(),
      token: Type.String({ maxLength: 100 }),
      name: Type.Optional(Type.String({ minLength: 1, maxLength: 120 })),
      password: Type.Optional(Type.String({ minLength: 1, maxLength: 1000 })),
      locale: Type.Optional(Type.String({ maxLength: 10 })),
      agent: Type.String({ maxLength: 1000 }),
    }),
  },
  async (means: Means, input, actor): Promise<Accepted> => {
    await countAttempts(means, [[limits.signUpByAddress, actor.address ?? 'unknown']])
    const wanted = { token: input.token, realmId: input.realm_id }
    const seen = await findInvitation(means, means.db, wanted)
    const account = seen.has_account ? null : await newAccount(seen, input)
    return means.db.transaction(async (trx) => {
      if (seen.service_id !== null) await keepService(trx, seen.service_id)
      const invitation = await findInvitation(means, trx, wanted)
      const used = await trx.run(sql`delete from membership_invites where id = ${invitation.id}`)
      if (used === 0) throw LinkInvalid({ reason: 'used' })
      const known = await findUserByEmail(trx, input.realm_id, invitation.email)
      const isProved = Boolean(known?.email_verified_at)
      if (!isProved && !account) throw invalidInput({ name: 'is missing' })
      if (known && !isProved) await takeOver(means, trx, { user: known, ...account! }, actor)
      const user = known ?? (await addUser(means, trx, { invitation, ...input, ...account! }))
      await giveMembership(means, trx, { invitation, user, actor })
      const session = isProved ? null : await startOwnSession(means, trx, user, { actor, agent: input.agent })
      return { user_id: user.id, client_id: invitation.client_id, session }
    })
  },
)

/** Of a hand-over and an acceptance at once the second one sees what the first one wrote. */
async function keepService(trx: Trx, serviceId: string): Promise<void> {
  await trx.get(sql`select id from services where id = ${serviceId} ${forUpdate(trx.dialect)}`)
}

export interface Accepted {
  user_id: string
  client_id: string
  /** Of the account that was made or proved; null when there was one already. */
  session: { token: string; session: Session } | null
}

interface NewAccount {
  name: string
  hash: string
}

async function newAccount(
  { email }: Invitation,
  { name, password }: { name?: string; password?: string },
): Promise<NewAccount> {
  if (!name) throw invalidInput({ name: 'is missing' })
  if (!password) throw invalidInput({ password: 'is missing' })
  requireGoodPassword(password, { name, email })
  return { name, hash: await hashPassword(password) }
}

async function addUser(
  means: Means,
  trx: Trx,
  wanted: NewAccount & { invitation: Invitation; realm_id: string; locale?: string },
): Promise<User> {
  const user = await createUser(means, trx, {
    ...{ realmId: wanted.realm_id, email: wanted.invitation.email, name: wanted.name },
    ...{ passwordHash: wanted.hash, locale: wanted.locale ?? 'en' },
  })
  await trx.run(sql`update users set email_verified_at = ${means.clock.now()} where id = ${user.id}`)
  return user
}

async function takeOver(
  means: Means,
  trx: Trx,
  { user, name, hash }: NewAccount & { user: User },
  actor: Actor,
): Promise<void> {
  if (user.status !== 'active') throw AccountDisabled({})
  await trx.run(sql`update users set name = ${name} where id = ${user.id}`)
  await setPasswordByMail(means, trx, { user, hash, actor })
}

/** Whoever became a member meanwhile keeps the rights that were given then. */
async function giveMembership(
  means: Means,
  trx: Trx,
  { invitation, user, actor }: { invitation: Invitation; user: User; actor: Actor },
): Promise<void> {
  const { client_id: clientId, rights, service_id: serviceId, ends_at: endsAt } = invitation
  const held = await trx.get(sql`
    select id from memberships where client_id = ${clientId} and user_id = ${user.id}
      and coalesce(service_id, '') = ${serviceId ?? ''}`)
  if (held) return
  const id = await addMembership(means, trx, {
    ...{ clientId, userId: user.id, rights, owner: false, serviceId, endsAt },
  })
  const joined = { membershipId: id, clientId, user, invitedBy: invitation.invited_by_name }
  await tellOwners(means, trx, joined)
  const after = { email: invitation.email, rights, service_id: serviceId, ends_at: endsAt }
  await recordAudit(means, trx, actor, [{ action: 'invitation.accept', subject: id, clientId, after }])
}
