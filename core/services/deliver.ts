import type { ProvisionOutcome, ServiceReport } from '../../sdk/index.ts'
import { sql, type Trx } from '../db/index.ts'
import { instant, systemActor, toMs } from '../kernel/index.ts'
import type { JobHandlers } from '../jobs/index.ts'
import { instanceDeadline } from '../plugins/index.ts'
import { updateVersioned, type Means } from '../records/index.ts'
import { adoptSome, comparePage } from './accounts/index.ts'
import { runAct } from './acts/index.ts'
import { callProvider } from './call-provider.ts'
import { checkServers } from './check-servers.ts'
import { collectUsage } from './collect-usage.ts'
import { isBusy } from './reconcile-delivery.ts'
import { lockWork, type Work } from './load.ts'
import { pickServer } from './pick-server.ts'
import type { ProviderMeans } from './ports.ts'
import type { DeliveryRow } from './rows.ts'
import { settleDelivery } from './settle-delivery.ts'
import { enqueueDelivery, wakeDelivery } from './start-delivery.ts'
import { judgeError, judgeOutcome, judgeReport, type Verdict } from './verdict.ts'

/** A process that dies in a call holds its delivery until the call must have ended, and for this long, system clock. */
const LEASE_MORE_MS = 30_000

export const deliveryActor = systemActor('delivery')

export function servicesJobs(means: ProviderMeans): JobHandlers {
  return {
    'services.act': (payload: { act_id: string }) => runAct(means, payload.act_id),
    'services.deliver': (payload: { delivery_id: string }) => deliver(means, payload.delivery_id),
    'services.adopt_accounts': (payload: Parameters<typeof adoptSome>[1]) => adoptSome(means, payload),
    'services.compare_accounts': (payload: Parameters<typeof comparePage>[1]) => comparePage(means, payload),
    'services.check_servers': (payload: { round: number; after: string }) => checkServers(means, payload),
    'services.collect_usage': (payload: { day: string; after: string }) => collectUsage(means, payload),
    'services.wake_delivery': (payload: { delivery_id: string }) => wake(means, payload.delivery_id),
  }
}

/** Takes the next steps of a delivery until it ends, waits or fails. May run twice at once: one of them claims. */
export async function deliver(means: ProviderMeans, deliveryId: string): Promise<void> {
  for (;;) {
    const work = await means.db.transaction((trx) => claim(means, trx, deliveryId))
    if (!work) return
    const verdict = await act(means, work)
    await means.db.transaction((trx) => settleDelivery(means, trx, { ...work, verdict }, deliveryActor))
    if (verdict.kind !== 'call') return
  }
}

/** A timer has no line to wait in; the job that follows waits in the line of its server. */
async function wake(means: Means, deliveryId: string): Promise<void> {
  await means.db.transaction(async (trx) => {
    const row = await trx.get<DeliveryRow>(
      sql`select * from deliveries where id = ${deliveryId} and status in ('open', 'waiting')`,
    )
    if (row) await enqueueDelivery(means, trx, row)
  })
}

interface Claimed extends Work {
  /** The step to take now; the row already says what a successor would have to do if we died in it. */
  step: DeliveryRow['step']
}

async function claim(means: Means, trx: Trx, deliveryId: string): Promise<Claimed | null> {
  const work = await lockWork(trx, deliveryId)
  if (!work || (work.delivery.status !== 'open' && work.delivery.status !== 'waiting')) return null
  const { delivery } = work
  if (delivery.step === 'by_hand') return null
  if (isBusy(means, delivery)) {
    await wakeDelivery(means, trx, delivery.id, toMs(delivery.busy_until!) - means.clock.ms())
    return null
  }
  const placed = delivery.step === 'choose_server' ? await chooseServer(means, trx, work) : work
  if (!placed) return null
  const step = placed.delivery.step === 'choose_server' ? 'call' : placed.delivery.step
  const longestMs = await instanceDeadline(trx, placed.service.instance_id, 'job')
  const set = {
    // Whoever finds this row after our death must look before calling again.
    step: step === 'call' ? ('look' as const) : step,
    busy_until: instant(means.clock.ms() + longestMs + LEASE_MORE_MS),
    server_id: placed.service.server_id,
  }
  await updateVersioned(means, trx, { table: 'deliveries', what: 'delivery', row: delivery, set })
  return {
    step,
    service: placed.service,
    delivery: { ...placed.delivery, ...set, version: delivery.version + 1 },
  }
}

async function chooseServer(means: Means, trx: Trx, work: Work): Promise<Work | null> {
  const serverId = await pickServer(trx, work.service)
  if (serverId === null) {
    const problem = 'No active server of the group has a free place. Add a server or raise a capacity.'
    const verdict: Verdict = {
      kind: 'trouble',
      failure: 'out_of_stock',
      problem,
      transient: true,
      unknown: false,
    }
    await settleDelivery(means, trx, { ...work, step: 'choose_server', verdict }, deliveryActor)
    return null
  }
  const set = { server_id: serverId }
  await updateVersioned(means, trx, { table: 'services', what: 'service', row: work.service, set })
  return { ...work, service: { ...work.service, ...set, version: work.service.version + 1 } }
}

async function act(means: ProviderMeans, { delivery, service, step }: Claimed): Promise<Verdict> {
  try {
    if (step === 'call' || step === 'undo') {
      const operation = step === 'undo' ? 'terminate' : delivery.action
      const outcome = await callProvider<ProvisionOutcome>(means, { delivery, service }, operation)
      return judgeOutcome(delivery, outcome)
    }
    const report = await callProvider<ServiceReport>(means, { delivery, service }, 'describe')
    return judgeReport({ ...delivery, step }, report)
  } catch (error) {
    means.log.warn({ delivery: delivery.id, step, error: String(error) }, 'A call to a provider failed')
    return judgeError(delivery, error)
  }
}
