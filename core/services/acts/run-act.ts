import type { Trx } from '../../db/index.ts'
import { instant, systemActor, toMs } from '../../kernel/index.ts'
import { instanceDeadline } from '../../plugins/index.ts'
import { updateVersioned, type Means } from '../../records/index.ts'
import { masked } from '../call-provider.ts'
import { lockService } from '../load.ts'
import type { ProviderMeans } from '../ports.ts'
import type { ServiceRow } from '../rows.ts'
import { failed, judge, judgeError, type ActVerdict, type Answer } from './act-verdict.ts'
import { lockAct, sealedPlace, type ActRow } from './act-row.ts'
import { askThere } from './ask-there.ts'
import { offers } from './offered.ts'
import { settleAct } from './settle-act.ts'
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

interface Claimed {
  act: ActRow
  service: ServiceRow
}

async function claim(means: Means, trx: Trx, id: string): Promise<Claimed | null> {
  const known = await lockAct(trx, id)
  if (known?.status !== 'open' && known?.status !== 'waiting') return null
  const service = await lockService(trx, known.service_id)
  if (known.busy_until !== null && known.busy_until > means.clock.now()) {
    await wakeAct(means, trx, id, toMs(known.busy_until) - means.clock.ms())
    return null
  }
  const longestMs = await instanceDeadline(trx, service.instance_id, deadlineOf(known))
  const set = { busy_until: instant(means.clock.ms() + longestMs + LEASE_MORE_MS) }
  await updateVersioned(means, trx, { table: 'service_acts', what: 'act', row: known, set })
  // Whoever finds it after our death tries again with the same key.
  await wakeAct(means, trx, id, longestMs + LEASE_MORE_MS)
  return { act: { ...known, ...set, version: known.version + 1 }, service }
}

const deadlineOf = ({ operation }: ActRow) => (isLong(operation) ? ('job' as const) : ('act' as const))

async function step(means: ProviderMeans, { act, service }: Claimed): Promise<ActVerdict> {
  const follows = act.step === 'follow'
  if (follows && !offers(means, service, 'follow'))
    return failed('The plugin says that it is under way, and cannot be asked what became of it.')
  const told = JSON.parse(means.keys.open(act.sealed!, sealedPlace(act.id))) as object
  const extra = follows
    ? { operation: act.operation, reference: act.reference }
    : { ...told, idempotency_key: act.id }
  const operation = follows ? 'follow' : act.operation
  try {
    return judge(await askThere<Answer>(means, service, { operation, deadline: deadlineOf(act), extra }))
  } catch (error) {
    means.log.warn({ act: act.id, operation, error: masked(String(error)) }, 'An act on a service failed')
    return judgeError(error)
  }
}
