import { Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { forUpdate, sql, type Trx } from '../../db/index.ts'
import { recordEvent } from '../../events/index.ts'
import { invalidInput, isoDate, type Actor, type Instant, type IsoDate } from '../../kernel/index.ts'
import { defineVerb, demandCheck, findRow, updateVersioned, type Means } from '../../records/index.ts'
import { account, postJournal } from '../ledger.ts'
import { todayOf } from '../settle-invoice.ts'
import { CreditSpent } from '../errors.ts'
import { grantAsking, revokeAsking } from './credit-asking.ts'
import { leftOfGrant, lockCredit } from './credit-standing.ts'
import { USUAL_PRIORITY } from './order-of-use.ts'

export interface GrantRow {
  id: string
  brand_id: string
  client_id: string
  currency: string
  origin: 'promotional' | 'goodwill'
  amount_minor: bigint
  priority: number
  expires_on: IsoDate | null
  reason: string
  revoked_at: Instant | null
  version: number
  created_at: Instant
  updated_at: Instant
}

/** Gives a client credit that was not paid for: it is used like any other, may end, and is never paid out. */
export const grantCredit = defineVerb(
  {
    permission: 'credit.grant',
    asks: ['credit.grant:check'],
    audience: ['staff'],
    input: Type.Object({
      client_id: Type.String(),
      /** Minor units of the client's currency. */
      amount_minor: Type.String({ pattern: '^[1-9]\\d{0,14}$' }),
      origin: Type.Enum({ promotional: 'promotional', goodwill: 'goodwill' } as const),
      /** Lower is used first. */
      priority: Type.Integer({ minimum: 1, maximum: 999, default: USUAL_PRIORITY }),
      expires_on: Type.Optional(Type.Union([Type.String({ format: 'date' }), Type.Null()])),
      reason: Type.String({ minLength: 1, maxLength: 500 }),
    }),
  },
  async (means: Means, input, actor): Promise<GrantRow> => {
    const client = await findRow<{ id: string; brand_id: string; currency: string }>(means.db, actor, {
      ...{ table: 'clients', what: 'client', id: input.client_id, scope: { client: 'id' } },
    })
    return means.db.transaction(async (trx) => {
      const expiresOn = input.expires_on ? isoDate(input.expires_on) : null
      const today = await todayOf(means, trx, client.brand_id)
      if (expiresOn !== null && expiresOn <= today)
        throw invalidInput({ expires_on: `must be after ${today}: from its day on credit cannot be used` })
      demandCheck(means, trx, actor, grantAsking(client, input))
      const { origin, priority, reason } = input
      const now = means.business.now()
      const grant: GrantRow = {
        ...{ id: means.newId('crg'), brand_id: client.brand_id, client_id: client.id },
        ...{ currency: client.currency, origin, priority, reason, expires_on: expiresOn },
        ...{ amount_minor: BigInt(input.amount_minor), revoked_at: null },
        ...{ version: 1, created_at: now, updated_at: now },
      }
      await trx.insert('credit_grants', [grant])
      await move(means, trx, grant, {
        kind: 'promotion_granted',
        sourceId: grant.id,
        amountMinor: grant.amount_minor,
      })
      await tell(means, trx, grant, { act: 'grant', actor })
      return grant
    })
  },
)

/** Takes back what is left of a grant; what was used stays used. */
export const revokeCredit = defineVerb(
  {
    permission: 'credit.revoke',
    asks: ['credit.revoke:check'],
    audience: ['staff'],
    input: Type.Object({ grant_id: Type.String(), reason: Type.String({ minLength: 1, maxLength: 500 }) }),
  },
  async (means: Means, input, actor): Promise<void> => {
    const found = await findRow<GrantRow>(means.db, actor, {
      ...{ table: 'credit_grants', what: 'credit grant', id: input.grant_id },
    })
    await means.db.transaction(async (trx) => {
      const taken = await takeLeft(means, trx, { grantId: found.id, kind: 'revoke' })
      if (taken === 0n) throw CreditSpent({ id: found.id })
      demandCheck(means, trx, actor, revokeAsking(found, { takenMinor: taken, reason: input.reason }))
      const { version } = (await trx.get<GrantRow>(sql`select * from credit_grants where id = ${found.id}`))!
      const set = { revoked_at: means.business.now() }
      const row = { id: found.id, version }
      await updateVersioned(means, trx, { table: 'credit_grants', what: 'credit grant', row, set })
      await tell(means, trx, found, { act: 'revoke', actor, reason: input.reason, minor: taken })
    })
  },
)

/**
 * Books out what is left of a grant, once: under the lock of its client, so that no document takes it meanwhile. Answers
 * how much that was.
 */
export async function takeLeft(
  means: Means,
  trx: Trx,
  { grantId, kind }: { grantId: string; kind: 'expire' | 'revoke' },
): Promise<bigint> {
  const head = await trx.get<GrantRow>(sql`select * from credit_grants where id = ${grantId}`)
  await lockCredit(trx, head!.client_id, head!.currency)
  const grant = await trx.get<GrantRow & { left_minor: bigint }>(
    sql`select g.*, ${leftOfGrant} as left_minor from credit_grants g where g.id = ${grantId} ${forUpdate(trx.dialect)}`,
  )
  const left = grant?.left_minor ?? 0n
  if (!grant || left <= 0n) return 0n
  const id = means.newId('crs')
  const created_at = means.business.now()
  await trx.insert('credit_uses', [
    { id, grant_id: grantId, invoice_id: null, kind, amount_minor: left, created_at },
  ])
  await move(means, trx, grant, {
    kind: kind === 'expire' ? 'promotion_expired' : 'promotion_revoked',
    sourceId: id,
    amountMinor: -left,
  })
  return left
}

/** Into the client's credit when above zero, out of it when below. */
async function move(
  means: Means,
  trx: Trx,
  { brand_id: brandId, client_id: clientId, currency }: GrantRow,
  { kind, sourceId, amountMinor }: { kind: string; sourceId: string; amountMinor: bigint },
): Promise<void> {
  await postJournal(means, trx, {
    ...{ kind, sourceId, brandId, effectiveOn: await todayOf(means, trx, brandId) },
    postings: [
      { account: account.promotions, currency, amountMinor },
      { account: account.clientCredit, currency, clientId, amountMinor: -amountMinor },
    ],
  })
}

const PAST = { grant: 'granted', revoke: 'revoked', expire: 'expired' } as const

interface Telling {
  act: keyof typeof PAST
  actor: Actor
  reason?: string
  minor?: bigint
}

/** Audit and event of a change of a grant. */
export async function tell(
  means: Means,
  trx: Trx,
  grant: GrantRow,
  { act, actor, reason = grant.reason, minor = grant.amount_minor }: Telling,
): Promise<void> {
  const scope = { subject: grant.id, brandId: grant.brand_id, clientId: grant.client_id }
  const amount = { minor: minor.toString(), currency: grant.currency }
  const after = { ...amount, origin: grant.origin, expires_on: grant.expires_on }
  await recordAudit(means, trx, actor, [{ ...scope, action: `credit.${act}`, after, reason }])
  const body = { id: grant.id, origin: grant.origin, amount, expires_on: grant.expires_on }
  await recordEvent(means, trx, actor, { ...scope, type: `credit.${PAST[act]}`, body })
}
