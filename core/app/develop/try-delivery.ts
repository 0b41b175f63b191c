import { sql } from '../../db/index.ts'
import { releaseService, suspendService, terminateService } from '../../services/index.ts'
import type { Wiring } from '../areas.ts'
import { TrialFailed } from '../errors.ts'
import { developer } from './developer.ts'

/** Sees that a service was delivered, then leads it through what staff may do with it. */
export async function tryDelivery(wiring: Wiring, id: string, say: (line: string) => void): Promise<void> {
  const { means } = wiring
  await expect(wiring, id, 'live', say)
  await suspendService(means, { service_id: id, reason: 'staff' }, developer)
  await expect(wiring, id, 'suspended', say)
  await releaseService(means, { service_id: id }, developer)
  await expect(wiring, id, 'live', say)
  await terminateService(means, { service_id: id, reason: 'The trial is over' }, developer)
  await expect(wiring, id, 'gone', say)
}

async function expect(
  wiring: Wiring,
  id: string,
  wanted: string,
  say: (line: string) => void,
): Promise<void> {
  await wiring.command('clock.advance', { span: '1h' })
  const { db } = wiring.means
  const service = await db.get<{ delivery_status: string; remote_id: string | null }>(
    sql`select delivery_status, remote_id from services where id = ${id}`,
  )
  const delivery = await db.get<{ failure: string | null; problem: string | null }>(
    sql`select failure, problem from deliveries where service_id = ${id} order by id desc limit 1`,
  )
  if (service?.delivery_status !== wanted)
    throw TrialFailed({
      what: `The service is ${service?.delivery_status}, not ${wanted}: ${delivery?.failure ?? 'waiting'} ${delivery?.problem ?? ''}`,
    })
  say(`The service is ${wanted}${service.remote_id ? ` (${service.remote_id})` : ''}.`)
}
