import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { findBrand } from '../brands/index.ts'
import { sql, type Sql, type Trx } from '../db/index.ts'
import {
  countAttempts,
  Email,
  emailKey,
  enterMail,
  findUserByEmail,
  limits,
  newSecretToken,
  requireKnown,
} from '../identity/index.ts'
import { instant, type Actor, type Instant } from '../kernel/index.ts'
import { defineVerb, demandCheck, type Means } from '../records/index.ts'
import { changeAsking } from './change-asking.ts'
import { findClient, findOfClient } from './find-client.ts'
import { EndsAt, refuseSecond, requireService, Rights } from './memberships.ts'
import { requireNotLonger, requireRightsHeld } from './own-rights.ts'
import type { Client } from './rows.ts'

const LASTS_MS = 7 * 86_400_000

export interface ListedInvitation {
  id: string
  client_id: string
  email: string
  rights: string[]
  service_id: string | null
  ends_at: Instant | null
  /** Until when the link works. */
  expires_at: Instant
  invited_by_name: string
  created_at: Instant
}

/**
 * Offers a membership by mail; whoever holds the mailbox takes it or lets it lapse. An invitation of the same address
 * to the same, one service or the whole client, is replaced. Answers alike whether or not the address has an account.
 */
export const inviteMember = defineVerb(
  {
    permission: 'invitation.create',
    asks: ['client.change:check'],
    audience: ['staff', 'client'],
    input: Type.Object({
      client_id: Type.String(),
      email: Email,
      rights: Rights,
      service_id: Type.Optional(Type.Union([Type.String(), Type.Null()])),
      ends_at: EndsAt,
    }),
  },
  async (means: Means, input, actor): Promise<{ id: string; expires_at: Instant }> => {
    requireKnown(input.rights, 'client', 'rights')
    const client = await findClient(means.db, actor, input.client_id, 'invitation.create')
    requireRightsHeld(actor, client.id, input.rights)
    await countAttempts(means, [[limits.invitation, client.id]])
    return means.db.transaction(async (trx) => {
      const serviceId = input.service_id ?? null
      const endsAt = input.ends_at ? instant(new Date(input.ends_at)) : null
      await requireNotLonger(trx, actor, client.id, endsAt)
      const service = await requireService(trx, client.id, serviceId)
      await refuseMember(trx, { client, serviceId, email: input.email })
      await requireReplaceable(means, trx, { client, serviceId, email: input.email }, actor)
      demandCheck(means, trx, actor, changeAsking(client, ['memberships']))
      const offer = { ...input, service_id: serviceId, ends_at: endsAt }
      return enterInvite(means, trx, { client, actor, service, ...offer })
    })
  },
)

/** Those whose links still work, newest first. */
export const listInvitations = defineVerb(
  {
    permission: 'invitation.list',
    audience: ['staff', 'client'],
    input: Type.Object({ client_id: Type.String() }),
  },
  async (means: Means, { client_id }, actor): Promise<ListedInvitation[]> => {
    await findClient(means.db, actor, client_id, 'invitation.list')
    const rows = await means.db.all<ListedInvitation & { rights: string }>(sql`
      select id, client_id, email, rights, service_id, ends_at, expires_at, invited_by_name, created_at
      from membership_invites where client_id = ${client_id} and expires_at > ${means.clock.now()} order by id desc`)
    return rows.map((row) => ({ ...row, rights: JSON.parse(row.rights) as string[] }))
  },
)

export const withdrawInvitation = defineVerb(
  {
    permission: 'invitation.withdraw',
    asksNobody: 'nobody has taken the invitation yet',
    audience: ['staff', 'client'],
    input: Type.Object({ invitation_id: Type.String() }),
  },
  async (means: Means, { invitation_id }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const row = await findOfClient<{ id: string; client_id: string; email: string }>(trx, actor, {
        ...{ table: 'membership_invites', what: 'invitation', id: invitation_id },
        right: 'invitation.withdraw',
      })
      await trx.run(sql`delete from membership_invites where id = ${row.id}`)
      const before = { email: row.email }
      await recordAudit(means, trx, actor, [
        { action: 'invitation.withdraw', subject: row.id, clientId: row.client_id, before },
      ])
    }),
)

/** The people of the account are known to whoever may invite, so this tells nothing new. */
async function refuseMember(
  trx: Trx,
  { client, serviceId, email }: { client: Client; serviceId: string | null; email: string },
): Promise<void> {
  const { realm_id } = await findBrand(trx, client.brand_id)
  const user = await findUserByEmail(trx, realm_id, email)
  if (user) await refuseSecond(trx, { clientId: client.id, userId: user.id, serviceId, email })
}

/** What offers more than the actor holds is replaced by others, as rights beyond the own are changed by others. */
async function requireReplaceable(
  means: Means,
  trx: Trx,
  { client, ...offered }: { client: Client; serviceId: string | null; email: string },
  actor: Actor,
): Promise<void> {
  const open = await trx.get<{ rights: string }>(sql`
    select rights from membership_invites where ${sameOffer(client.id, offered)}
      and expires_at > ${means.clock.now()}`)
  if (open) requireRightsHeld(actor, client.id, JSON.parse(open.rights) as string[])
}

/** The invitations, one at most, that a new one replaces. */
const sameOffer = (
  clientId: string,
  { email, serviceId }: { email: string; serviceId: string | null },
): Sql => sql`
  client_id = ${clientId} and email_key = ${emailKey(email)} and coalesce(service_id, '') = ${serviceId ?? ''}`

interface Offer {
  client: Client
  actor: Actor
  /** Name of the one service that it is for; null for the whole client. */
  service: string | null
  email: string
  rights: string[]
  service_id: string | null
  ends_at: Instant | null
}

async function enterInvite(
  means: Means,
  trx: Trx,
  { client, actor, service, ...offer }: Offer,
): Promise<{ id: string; expires_at: Instant }> {
  const { token, hash } = newSecretToken()
  const id = means.newId('mei')
  const { email, rights, service_id, ends_at } = offer
  const expires_at = instant(means.clock.ms() + LASTS_MS)
  await trx.run(
    sql`delete from membership_invites where ${sameOffer(client.id, { email, serviceId: service_id })}`,
  )
  await trx.insert('membership_invites', [
    {
      ...{
        id,
        client_id: client.id,
        email,
        email_key: emailKey(email),
        rights: JSON.stringify(rights),
        service_id,
      },
      ...{ ends_at, token_hash: hash, expires_at, created_at: means.clock.now() },
      ...{ invited_by: actor.id, invited_by_name: actor.name },
    },
  ])
  await enterMail(means, trx, {
    template: 'member-invite',
    to: { email, name: '', locale: client.locale },
    brandId: client.brand_id,
    data: {
      ...{ path: `/invitation/${token}`, expires_at },
      ...{ invited_by: actor.name, client: client.company ?? client.name, service },
    },
    key: `member-invite/${id}`,
  })
  const after = { email, rights, service_id, ends_at }
  await recordAudit(means, trx, actor, [
    { action: 'invitation.create', subject: id, clientId: client.id, after },
  ])
  return { id, expires_at }
}
