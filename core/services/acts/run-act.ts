import type { Trx } from '../../db/index.ts'
import { instant, systemActor, toMs } from '../../kernel/index.ts'
import { instanceDeadline } from '../../plugins/index.ts'
import { updateVersioned, type Means } from '../../records/index.ts'
import type { ProviderMeans } from '../ports.ts'
import { openDelivery } from '../reconcile-delivery.ts'
import { failed, judge, judgeError, type ActVerdict, type Answer } from './act-verdict.ts'
import { isUnderWay, lockActWork, sealedPlace, type ActRow, type ActWork } from './act-row.ts'
import { askThere } from './ask-there.ts'
import { hideTold } from './hide-told.ts'
import { offers } from './offered.ts'
import { failAct, OVERDUE, settleAct } from './settle-act.ts'
import { isLong, wakeAct } from './start-act.ts'

/** A process that dies in a call holds the act until the call must have ended, and for this long, system clock. */
const LEASE_MORE_MS = 30_000

const actor = systemActor('service_acts')

/** Takes the next step of an act. May run twice at once: one of them claims. */
export async function runAct(means: ProviderMeans, id: string): Promise<void> {
  const claimed = await means.db.transaction((trx) => claim(means, trx, id))
  if (!claimed) return
  const verdict = await step(means, claimed)
  await means.db.transaction((trx) => settleAct(means, trx, { act: claimed.act, verdict }, actor))
}

/** The service's own state says why, so staff get no mail of it. */
const NO_LONGER = 'The service was suspended, changed or ended meanwhile: no further call was made.'

async function claim(means: Means, trx: Trx, id: string): Promise<ActWork | null> {
  const work = await lockActWork(trx, id)
  if (!work || !isUnderWay(work.act)) return null
  const { act: known, service } = work
  if (known.busy_until !== null && known.busy_until > means.clock.now()) {
    await wakeAct(means, trx, id, toMs(known.busy_until) - means.clock.ms())
    return null
  }
  const over = await whyOver(means, trx, work)
  if (over) {
    await failAct(means, trx, { act: known, ...over }, actor)
    return null
  }
  const longestMs = await instanceDeadline(trx, service.instance_id, deadlineOf(known))
  const set = { busy_until: instant(means.clock.ms() + longestMs + LEASE_MORE_MS) }
  await updateVersioned(means, trx, { table: 'service_acts', what: 'act', row: known, set })
  // Whoever finds it after our death tries again with the same key.
  await wakeAct(means, trx, id, longestMs + LEASE_MORE_MS)
  return { act: { ...known, ...set, version: known.version + 1 }, service }
}

/**
 * Why no call is made any more. A call that takes its process with it comes to no answer, so the time is looked at here
 * too. What was asked for while the service was live is not done to it afterwards; what is under way is heard to its end.
 */
async function whyOver(
  means: Means,
  trx: Trx,
  { act, service }: ActWork,
): Promise<{ message: string; told: boolean } | null> {
  if (act.step === 'call') {
    const isAsItWas = service.delivery_status === 'live' && service.server_id === act.server_id
    if (!isAsItWas || (await openDelivery(trx, service.id)))
      return { message: NO_LONGER, told: act.transfer_id !== null }
  }
  return act.give_up_at <= means.business.now() ? { message: act.message ?? OVERDUE, told: true } : null
}

const deadlineOf = (act: ActRow) => (isLong(act) ? ('job' as const) : ('act' as const))

async function step(means: ProviderMeans, { act, service: now }: ActWork): Promise<ActVerdict> {
  // Where it is under way is known by the act: the service may stand elsewhere, or nowhere, by now.
  const service = { ...now, server_id: act.server_id }
  const follows = act.step === 'follow'
  if (follows && !offers(means, service, 'follow'))
    return failed('The plugin says that it is under way, and cannot be asked what became of it.')
  const operation = follows ? 'follow' : act.operation
  let told: object = {}
  try {
    told = toldIn(means, act)
    const extra = follows
      ? { operation: act.operation, reference: act.reference }
      : { ...told, idempotency_key: act.id }
    const answer = await askThere<Answer>(means, service, { operation, deadline: deadlineOf(act), extra })
    return hideTold(judge(answer), act.operation, told)
  } catch (error) {
    const verdict = hideTold(judgeError(error), act.operation, told)
    means.log.warn({ act: act.id, operation, error: verdict.message }, 'An act on a service failed')
    return verdict
  }
}

const toldIn = ({ keys }: Means, act: ActRow): object =>
  JSON.parse(keys.open(act.sealed!, sealedPlace(act.id))) as object
