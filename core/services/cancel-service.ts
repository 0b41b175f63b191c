import { Type } from '../../sdk/index.ts'
import { sql, type Trx } from '../db/index.ts'
import { lastSaid, ledTo, recordEvent, saidIn } from '../events/index.ts'
import { recordAudit } from '../audit/index.ts'
import type { Actor, IsoDate } from '../kernel/index.ts'
import { applyTransition, defineVerb, updateVersioned, type Means } from '../records/index.ts'
import { cancellationLifecycle } from './change-lifecycle.ts'
import { ChangeNotPossible, NotCancelled, ServiceEnded } from './errors.ts'
import { endOfTerm } from './end-of-term.ts'
import { endService } from './end-service.ts'
import { lockFamily, lockOwnService, lockService } from './load.ts'
import { mailClient, servicePath } from './mails.ts'
import { planAgain } from './plan-again.ts'
import type { ChangeMeans } from './ports.ts'
import { declineOpenOffer, demandReason } from './retention/index.ts'
import { returnUnused } from './return-unused.ts'
import type { CancellationRow, ServiceRow } from './rows.ts'
import { billingLifecycle } from './service-lifecycle.ts'

export interface Cancelled {
  effectiveOn: IsoDate
  /** What of the unused time was given back, tax included. */
  returnedMinor: bigint
}

/**
 * Ends a service now, or at the end of what is paid. Answers the day on which it ends. What is paid and unused when it
 * ends now goes where the product says.
 */
export const cancelService = defineVerb(
  {
    permission: 'service.cancel',
    asks: ['service.plan_end:check', 'service.end:check'],
    audience: ['client', 'staff'],
    input: Type.Object({
      service_id: Type.String(),
      at: Type.Enum({ now: 'now', end: 'end' } as const, { default: 'end' }),
      /** Name of the reason and a word on it. */
      reason: Type.String({ minLength: 1, maxLength: 1_100 }),
      /** Which of the reasons that the shop asks for it is. */
      reason_id: Type.Optional(Type.String({ maxLength: 64 })),
    }),
  },
  (means: ChangeMeans, input, actor): Promise<Cancelled> =>
    means.db.transaction(async (trx) => {
      const wanted = { id: input.service_id, right: 'service.cancel' }
      const found = await lockOwnService(trx, actor, wanted)
      if (found.billing_status === 'ended') throw ServiceEnded({ id: found.id })
      const { reason, reason_id } = input
      if (reason_id !== undefined) await demandReason(trx, found, reason_id)
      await declineOpenOffer(means, trx, found.id, actor)
      const service = (await withdraw(means, trx, found, actor)) ? await lockService(trx, found.id) : found
      if (input.at === 'end' && service.paused_on !== null)
        throw ChangeNotPossible({
          id: service.id,
          reason: 'it is paused, so its term has no end. Resume it first, or cancel it now.',
        })
      const today = means.business.today(service.zone)
      const endsOn = input.at === 'now' ? today : await endOfTerm(trx, service, today)
      // A service that was never paid for has no term to wait for.
      const waits = endsOn > today && service.billing_status !== 'pending'
      const effectiveOn = waits ? endsOn : today
      const row = await record(
        means,
        trx,
        { service, at: input.at, reason, reasonId: reason_id ?? null, effectiveOn },
        actor,
      )
      if (waits) {
        await ledTo(trx, saidIn(trx, service.id), () =>
          planEnd(means, trx, { service, effectiveOn, reason: input.reason }, actor),
        )
        return { effectiveOn, returnedMinor: 0n }
      }
      const done = await carryOut(means, trx, row, actor)
      return ledTo(trx, saidIn(trx, row.id), async () => {
        const returnedMinor = await giveBack(means, trx, { service, row: done }, actor)
        const left = await lockService(trx, service.id)
        await endService(means, trx, { service: left, reason: input.reason }, actor)
        return { effectiveOn, returnedMinor }
      })
    }),
)

/** Takes a planned cancellation back, until its day. */
export const undoCancellation = defineVerb(
  {
    permission: 'service.undo_cancellation',
    asks: ['cancellation.undo:check', 'service.keep:check'],
    audience: ['client', 'staff'],
    input: Type.Object({ service_id: Type.String() }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const wanted = { id: input.service_id, right: 'service.undo_cancellation' }
      const found = await lockOwnService(trx, actor, wanted)
      if (found.billing_status !== 'ending' || !(await withdraw(means, trx, found, actor)))
        throw NotCancelled({ id: found.id })
      const service = await lockService(trx, found.id)
      for (const row of await lockFamily(trx, service)) {
        if (row.billing_status !== 'ending') continue
        const change = { set: { cancel_on: null, cancel_reason: null } }
        await applyTransition(means, trx, { lifecycle: billingLifecycle, row, name: 'keep', actor, change })
      }
      const link = servicePath(service)
      const occasion = String(service.version)
      await mailClient(means, trx, service, { template: 'cancellation-undone', link, occasion })
    }),
)

async function record(
  means: Means,
  trx: Trx,
  wish: {
    service: ServiceRow
    at: 'now' | 'end'
    reason: string
    reasonId: string | null
    effectiveOn: IsoDate
  },
  actor: Actor,
): Promise<CancellationRow> {
  const { service, at, reason, reasonId, effectiveOn } = wish
  const now = means.business.now()
  const row: CancellationRow = {
    id: means.newId('can'),
    brand_id: service.brand_id,
    client_id: service.client_id,
    service_id: service.id,
    at,
    reason,
    reason_id: reasonId,
    effective_on: effectiveOn,
    status: cancellationLifecycle.initial,
    returned_minor: 0n,
    credit_note_id: null,
    requested_by: actor.id,
    version: 1,
    created_at: now,
    updated_at: now,
  }
  await trx.insert('cancellations', [row])
  const scope = { subject: service.id, brandId: service.brand_id, clientId: service.client_id }
  const after = { cancellation: row.id, at, effective_on: effectiveOn }
  await recordAudit(means, trx, actor, [{ ...scope, action: 'service.cancel', after, reason }])
  const body = { id: row.id, service_id: service.id, at, effective_on: effectiveOn, reason }
  await recordEvent(means, trx, actor, { ...scope, type: 'cancellation.planned', body })
  const mail = {
    template: 'cancellation-received',
    link: servicePath(service),
    occasion: row.id,
  } as const
  await mailClient(means, trx, service, { ...mail, data: { effective_on: effectiveOn, at } })
  return row
}

async function planEnd(
  means: Means,
  trx: Trx,
  { service, effectiveOn, reason }: { service: ServiceRow; effectiveOn: IsoDate; reason: string },
  actor: Actor,
): Promise<void> {
  for (const row of await lockFamily(trx, service)) {
    if (row.billing_status === 'pending') {
      await endService(means, trx, { service: row, reason }, actor)
      continue
    }
    const set = { cancel_on: effectiveOn, cancel_reason: reason }
    if (row.billing_status === 'ending') {
      await updateVersioned(means, trx, { table: 'services', what: 'service', row, set })
      continue
    }
    const change = { set, reason, body: { effective_on: effectiveOn } }
    await applyTransition(means, trx, { lifecycle: billingLifecycle, row, name: 'plan_end', actor, change })
  }
}

/** Whether there was a planned cancellation; it is undone, and what it had dropped is planned again. */
async function withdraw(means: Means, trx: Trx, service: ServiceRow, actor: Actor): Promise<boolean> {
  const row = await planned(trx, service.id)
  if (!row) return false
  await applyTransition(means, trx, { lifecycle: cancellationLifecycle, row, name: 'undo', actor })
  for (const part of await lockFamily(trx, service)) await planAgain(means, trx, part, row.id)
  return true
}

/** Gives unused value back and writes down on the cancellation what went where. */
async function giveBack(
  means: ChangeMeans,
  trx: Trx,
  { service, row }: { service: ServiceRow; row: CancellationRow },
  actor: Actor,
): Promise<bigint> {
  const services = await lockFamily(trx, service)
  const what = { services, cancellationId: row.id, reason: row.reason }
  const note = await returnUnused(means, trx, what, actor)
  if (!note) return 0n
  const set = { returned_minor: -note.totalMinor, credit_note_id: note.id }
  await updateVersioned(means, trx, { table: 'cancellations', what: 'cancellation', row, set })
  return -note.totalMinor
}

/** On its day, or at once: what planned it leads to it. */
export async function carryOut(
  means: Means,
  trx: Trx,
  row: CancellationRow,
  actor: Actor,
): Promise<CancellationRow> {
  const change = { body: { service_id: row.service_id } }
  const move = { lifecycle: cancellationLifecycle, row, name: 'carry_out', actor, change } as const
  const said = await lastSaid(trx, { subject: row.service_id, type: 'cancellation.planned' })
  return ledTo(trx, said, () => applyTransition(means, trx, move))
}

export function planned(trx: Trx, serviceId: string): Promise<CancellationRow | undefined> {
  return trx.get<CancellationRow>(
    sql`select * from cancellations where service_id = ${serviceId} and status = 'planned'`,
  )
}
