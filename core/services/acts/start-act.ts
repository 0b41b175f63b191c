import { recordAudit } from '../../audit/index.ts'
import { violatedUnique, type Trx } from '../../db/index.ts'
import { recordEvent } from '../../events/index.ts'
import { instant, toMs, type Actor } from '../../kernel/index.ts'
import { setTimer } from '../../jobs/index.ts'
import { demandCheck, type Means } from '../../records/index.ts'
import { ActOpen, NotOffered, NothingAtProvider, ServiceNotLive } from '../errors.ts'
import { lockOwnService } from '../load.ts'
import { openDelivery } from '../reconcile-delivery.ts'
import type { ServiceRow } from '../rows.ts'
import { sealedPlace, type ActRow } from './act-row.ts'
import { actOf, type ActOperation } from './acts.ts'
import { offers } from './offered.ts'

export interface NewAct {
  serviceId: string
  operation: ActOperation
  /** What the provider is told; kept sealed until the act has ended. */
  told: object
  /** Of it, what the audit log may say. */
  said: Record<string, string | boolean | null>
  label?: string
  /** The transfer that led to it: it is tried patiently, and its end is the transfer's. */
  transferId?: string
}

/** Nobody waits longer for an act than this, business clock; then staff are told. */
const GIVE_UP_MS = 2 * 60 * 60_000
/** Within this time, system clock, whoever asked does the first call; a job takes over from who died meanwhile. */
export const FIRST_LEASE_MS = 60_000

/** Writes down what is to be done; at most one act of a service is under way. */
export async function startAct(means: Means, trx: Trx, act: NewAct, actor: Actor): Promise<ActRow> {
  const permission = `service.${act.operation}`
  const service = await lockOwnService(trx, actor, { id: act.serviceId, right: permission })
  await demandPossible(means, trx, service, act.operation)
  demandCheck(means, trx, actor, {
    ...{ noun: 'service', transition: 'act', from: 'live', to: 'live', row: service },
    facts: { operation: act.operation },
  })
  const row = await enterAct(means, trx, { ...act, service }, actor)
  await wakeAct(means, trx, row.id, FIRST_LEASE_MS)
  return row
}

/** The row of an act that is possible, or that follows from one that was asked about. */
export async function enterAct(
  means: Means,
  trx: Trx,
  { service, ...act }: Omit<NewAct, 'serviceId'> & { service: ServiceRow },
  actor: Actor,
): Promise<ActRow> {
  const row = newRow(means, service, act, actor)
  try {
    await trx.insert('service_acts', [row])
  } catch (error) {
    if (violatedUnique(error)) throw ActOpen({ id: service.id })
    throw error
  }
  const scope = { subject: service.id, brandId: service.brand_id, clientId: service.client_id }
  await recordAudit(means, trx, actor, [
    { ...scope, action: `service.${act.operation}`, after: { act: row.id, ...act.said } },
  ])
  const body = { id: row.id, service_id: service.id, operation: act.operation }
  await recordEvent(means, trx, actor, { ...scope, subject: row.id, type: 'service_act.begun', body })
  return row
}

async function demandPossible(
  means: Means,
  trx: Trx,
  service: ServiceRow,
  operation: ActOperation,
): Promise<void> {
  const { id } = service
  if (service.instance_id === null || service.server_id === null) throw NothingAtProvider({ id })
  if (!offers(means, service, operation)) throw NotOffered({ id, operation })
  const isBusy = (await openDelivery(trx, id)) !== undefined
  if (service.delivery_status !== 'live' || isBusy)
    throw ServiceNotLive({ id, state: isBusy ? 'being changed' : service.delivery_status })
}

function newRow(means: Means, service: ServiceRow, act: Omit<NewAct, 'serviceId'>, actor: Actor): ActRow {
  const id = means.newId('sva')
  const now = means.business.now()
  return {
    ...{ id, brand_id: service.brand_id, client_id: service.client_id, service_id: service.id },
    server_id: service.server_id!,
    operation: act.operation,
    label: act.label ?? null,
    sealed: means.keys.seal(JSON.stringify(act.told), sealedPlace(id)),
    ...{ status: 'open', step: 'call', reference: null, attempts: 0, polls: 0, message: null },
    transfer_id: act.transferId ?? null,
    ...{ actor_kind: actor.kind, actor_id: actor.id },
    busy_until: null,
    give_up_at: instant(toMs(now) + GIVE_UP_MS),
    ended_at: null,
    ...{ version: 1, created_at: now, updated_at: now },
  }
}

/** Sets the wake-up of an act, business clock; setting it again moves it. */
export async function wakeAct(
  means: Pick<Means, 'business' | 'newId'>,
  trx: Trx,
  id: string,
  inMs: number,
): Promise<void> {
  const now = means.business.now()
  await setTimer(trx, {
    id: means.newId('tmr'),
    task: 'services.act',
    key: `act:${id}`,
    dueAt: instant(toMs(now) + inMs),
    payload: { act_id: id },
    now,
  })
}

/** Nobody sits before it: a job does it, and tries again what may work later. */
export const isLong = ({ operation, transfer_id }: Pick<ActRow, 'operation' | 'transfer_id'>): boolean =>
  transfer_id !== null || actOf(operation).long === true
