import { Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { violatedUnique, type Trx } from '../../db/index.ts'
import { recordEvent } from '../../events/index.ts'
import { Email, emailKey } from '../../identity/index.ts'
import { instant, toMs, type Actor, type Instant } from '../../kernel/index.ts'
import { applyTransition, defineVerb, demandCheck, type Means } from '../../records/index.ts'
import { forUpdate, lockOwnService } from '../load.ts'
import type { ServiceRow } from '../rows.ts'
import { TransferOffered, TransferOver } from './errors.ts'
import { familyOf } from './family.ts'
import { mailOffer } from './offer-mails.ts'
import { demandFree } from './obstacles.ts'
import { transferLifecycle } from './transfer-lifecycle.ts'
import { findGiven, lockTransfer, type TransferRow } from './transfer-row.ts'

const DAY_MS = 86_400_000
/** So long an offer stands, business clock. */
export const OFFER_DAYS = 14

/**
 * Offers a service to whoever owns a mail address, with an account or not. Nobody learns from the answer whether the
 * address has one.
 */
export const offerTransfer = defineVerb(
  {
    permission: 'service_transfer.offer',
    asks: ['service_transfer.offer:check'],
    audience: ['client'],
    input: Type.Object({ service_id: Type.String({ maxLength: 64 }), email: Email }),
  },
  (means: Means, input, actor): Promise<TransferRow> =>
    means.db.transaction(async (trx) => {
      const wanted = { id: input.service_id, right: 'service_transfer.offer' }
      const service = await lockOwnService(trx, actor, wanted)
      await demandFree(means, trx, await familyOf(trx, service, forUpdate(trx)))
      demandCheck(means, trx, actor, {
        ...{ noun: 'service_transfer', transition: 'offer', from: 'kept', to: 'offered', row: service },
        facts: { service_id: service.id },
      })
      const to = { to_email: input.email, to_email_key: emailKey(input.email) }
      const row = await enterTransfer(means, trx, { service, to }, actor)
      const scope = { subject: row.id, brandId: row.brand_id, clientId: row.client_id }
      const body = { id: row.id, service_id: service.id, expires_at: row.expires_at }
      await recordEvent(means, trx, actor, { ...scope, type: 'service_transfer.offered', body })
      await mailOffer(means, trx, row, service)
      return row
    }),
)

interface Entering {
  id?: string
  service: ServiceRow
  to?: { to_email: string; to_email_key: string }
  prices?: TransferRow['prices']
  reason?: string
}

/** The row of a new offer; one service is offered once at a time. */
export async function enterTransfer(
  means: Means,
  trx: Trx,
  { id = means.newId('trf'), service, to, prices = 'list', reason }: Entering,
  actor: Actor,
): Promise<TransferRow> {
  const now = means.business.now()
  const row: TransferRow = {
    ...{ id, brand_id: service.brand_id, client_id: service.client_id },
    ...{ service_id: service.id, to_email: null, to_email_key: null, ...to, to_client_id: null },
    ...{ status: transferLifecycle.initial, prices, reason: reason ?? null, offered_by: actor.id },
    ...{ expires_at: lastMoment(now), answered_at: null, problem: null },
    ...{ version: 1, created_at: now, updated_at: now },
  }
  try {
    await trx.insert('service_transfers', [row])
  } catch (error) {
    if (violatedUnique(error)) throw TransferOffered({ id: service.id })
    throw error
  }
  const scope = { subject: service.id, brandId: row.brand_id, clientId: row.client_id }
  const after = { transfer: row.id, to_email: row.to_email }
  await recordAudit(means, trx, actor, [{ ...scope, action: 'service_transfer.offer', after }])
  return row
}

const lastMoment = (now: Instant): Instant => instant(toMs(now) + OFFER_DAYS * DAY_MS)

/** Takes an offer back that nobody has answered yet. */
export const withdrawTransfer = defineVerb(
  {
    permission: 'service_transfer.withdraw',
    asks: ['service_transfer.withdraw:check'],
    audience: ['client', 'staff'],
    input: Type.Object({ transfer_id: Type.String({ maxLength: 64 }) }),
  },
  (means: Means, input, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const wanted = { id: input.transfer_id, right: 'service_transfer.withdraw' }
      await findGiven(trx, actor, wanted)
      const row = await lockTransfer(trx, input.transfer_id)
      if (row.status !== 'offered') throw TransferOver({ id: row.id })
      const change = { set: { answered_at: means.business.now() }, body: { service_id: row.service_id } }
      await applyTransition(means, trx, {
        ...{ lifecycle: transferLifecycle, row, name: 'withdraw', actor, change },
      })
    }),
)
