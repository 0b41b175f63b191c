import type { AccessDetail } from '../../../sdk/index.ts'
import { sql, type Trx } from '../../db/index.ts'
import { lastSaid, ledTo } from '../../events/index.ts'
import { clearTimer } from '../../jobs/index.ts'
import type { Actor } from '../../kernel/index.ts'
import { applyTransition, updateVersioned, type Means } from '../../records/index.ts'
import { keepAccess } from '../finish-delivery.ts'
import { lockService } from '../load.ts'
import { mailStaff } from '../mails.ts'
import { POLL_MS, RETRY_MS } from '../settle-delivery.ts'
import { hearTold } from '../transfers/tell-provider.ts'
import { actLifecycle } from './act-lifecycle.ts'
import { lockAct, sealedPlace, type ActRow } from './act-row.ts'
import { keepPassword } from './keep-password.ts'
import type { ActVerdict } from './act-verdict.ts'
import { isLong, wakeAct } from './start-act.ts'

export interface Settled {
  act: ActRow
  verdict: ActVerdict
}

/** Writes what an answer means: done, asked again later, tried again with the same key, or failed. */
export async function settleAct(
  means: Means,
  trx: Trx,
  { act: known, verdict }: Settled,
  actor: Actor,
): Promise<void> {
  await lockService(trx, known.service_id)
  const act = await lockAct(trx, known.id)
  // Somebody else took it over after our lease had run out, and its answer counts.
  if (act?.version !== known.version) return
  switch (verdict.kind) {
    case 'done':
      return finish(means, trx, { act, ...verdict }, actor)
    case 'pending':
      if (act.give_up_at <= means.business.now())
        return failAct(means, trx, { act, message: OVERDUE, told: true }, actor)
      return waitOn(means, trx, { act, reference: verdict.reference }, actor)
    case 'failed':
      return tryAgain(means, trx, { act, verdict }, actor)
  }
}

export const OVERDUE = 'The provider has not finished within two hours.'

async function finish(
  means: Means,
  trx: Trx,
  { act, message, access }: { act: ActRow; message?: string; access?: readonly AccessDetail[] },
  actor: Actor,
): Promise<void> {
  if (access) await keepAccess(means, trx, act.service_id, access)
  else if (act.operation === 'change_password') {
    const told = JSON.parse(means.keys.open(act.sealed!, sealedPlace(act.id))) as { password: string }
    await keepPassword(means, trx, act.service_id, told.password)
  }
  // What was read before says nothing about the time after.
  await trx.run(sql`delete from service_usage where service_id = ${act.service_id}`)
  await end(means, trx, { act, name: 'finish', message: message ?? null }, actor)
}

async function end(
  means: Means,
  trx: Trx,
  { act, name, message }: { act: ActRow; name: 'finish' | 'fail'; message: string | null },
  actor: Actor,
): Promise<void> {
  const set = { message, sealed: null, busy_until: null, ended_at: means.business.now() }
  const body = { service_id: act.service_id, operation: act.operation }
  const change = { set, body, ...(name === 'fail' && message !== null ? { reason: message } : {}) }
  await ledTo(trx, await lastSaid(trx, { subject: act.id }), () =>
    applyTransition(means, trx, { lifecycle: actLifecycle, row: act, name, actor, change }),
  )
  await clearTimer(trx, `act:${act.id}`)
  if (act.transfer_id !== null)
    await hearTold(means, trx, { ...act, status: name === 'finish' ? 'done' : 'failed', message }, actor)
}

async function waitOn(
  means: Means,
  trx: Trx,
  { act, reference }: { act: ActRow; reference: string },
  actor: Actor,
): Promise<void> {
  await wakeAct(means, trx, act.id, POLL_MS[Math.min(act.polls, POLL_MS.length - 1)]!)
  const set = {
    step: 'follow',
    reference,
    polls: act.polls + 1,
    attempts: 0,
    message: null,
    busy_until: null,
  }
  if (act.status === 'waiting')
    return updateVersioned(means, trx, { table: 'service_acts', what: 'act', row: act, set })
  const body = { service_id: act.service_id, operation: act.operation }
  const waiting = { lifecycle: actLifecycle, row: act, name: 'wait', actor, change: { set, body } } as const
  await ledTo(trx, await lastSaid(trx, { subject: act.id }), () => applyTransition(means, trx, waiting))
}

/**
 * Who waits for a button hears at once what was refused, and presses again. What may have happened, and what a job does,
 * is tried again with its key.
 */
async function tryAgain(
  means: Means,
  trx: Trx,
  { act, verdict }: { act: ActRow; verdict: Extract<ActVerdict, { kind: 'failed' }> },
  actor: Actor,
): Promise<void> {
  const pause = RETRY_MS[act.attempts]
  const isPatient = act.step === 'follow' || verdict.unknown || isLong(act)
  if (!verdict.again || !isPatient || pause === undefined)
    return failAct(means, trx, { act, message: verdict.message, told: isPatient }, actor)
  await wakeAct(means, trx, act.id, pause)
  const set = { attempts: act.attempts + 1, message: verdict.message, busy_until: null }
  await updateVersioned(means, trx, { table: 'service_acts', what: 'act', row: act, set })
}

/** `told`: nobody sits before it any more, so staff hear of it. */
export async function failAct(
  means: Means,
  trx: Trx,
  { act, message, told }: { act: ActRow; message: string; told: boolean },
  actor: Actor,
): Promise<void> {
  await end(means, trx, { act, name: 'fail', message }, actor)
  const service = await lockService(trx, act.service_id)
  // With the service what was done to it has ended too.
  if (!told || service.billing_status === 'ended') return
  await mailStaff(means, trx, service, {
    template: 'act-failed',
    occasion: act.id,
    data: {
      operation: act.label ?? act.operation,
      problem: message,
      link: `/admin/services/${service.id}/actions`,
    },
  })
}
