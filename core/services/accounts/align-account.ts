import { type ServiceReport, Type } from '../../../sdk/index.ts'
import { sql, type Trx } from '../../db/index.ts'
import type { Actor } from '../../kernel/index.ts'
import { applyTransition, defineVerb, updateVersioned, type Means } from '../../records/index.ts'
import { askThere } from '../acts/ask-there.ts'
import { AccountNotFitting, DeliveryOpen, NotAsCompared } from '../errors.ts'
import { findService, lockService } from '../load.ts'
import type { ProviderMeans } from '../ports.ts'
import { openDelivery, reconcileDelivery } from '../reconcile-delivery.ts'
import type { ServiceRow } from '../rows.ts'
import { deliveryStateLifecycle as lifecycle } from '../service-lifecycle.ts'
import { startDelivery } from '../start-delivery.ts'
import { findAccount } from './find-account.ts'
import type { AccountDifference, ServerAccountRow } from './rows.ts'

interface Aligned {
  account: ServerAccountRow
  serviceId: string
  state: ServiceReport['state']
}

/**
 * Brings a server to what is billed: what is missing is made again, what is suspended here is suspended there, what runs
 * here is released there, and the plan follows. The provider is asked first how it stands; that is taken as a fact, and
 * what is wanted follows as ever.
 */
export const alignAccount = defineVerb(
  {
    permission: 'server_account.align',
    asksNobody: 'it repeats at the provider what was decided about the service',
    audience: ['staff'],
    input: Type.Object({ account_id: Type.String() }),
  },
  async (means: ProviderMeans, input, actor): Promise<string> => {
    const account = await findAccount(means.db, actor, input.account_id)
    const serviceId = account.service_id
    if (serviceId === null || (account.kind !== 'missing' && account.kind !== 'differs'))
      throw AccountNotFitting({ id: account.id, reason: 'it is no account of a service that is billed' })
    const service = await findService(means.db, actor, { id: serviceId, right: 'server_account.align' })
    const { state } = await askThere<ServiceReport>(means, service, {
      ...{ operation: 'describe', deadline: 'act' },
    })
    await means.db.transaction((trx) => align(means, trx, { account, serviceId, state }, actor))
    return serviceId
  },
)

async function align(
  means: Means,
  trx: Trx,
  { account, serviceId, state }: Aligned,
  actor: Actor,
): Promise<void> {
  const service = await lockService(trx, serviceId)
  if (await openDelivery(trx, serviceId)) throw DeliveryOpen({ service: serviceId })
  const here = service.delivery_status
  if ((here !== 'live' && here !== 'suspended') || service.billing_status === 'ended')
    throw NotAsCompared({ service: serviceId, here, there: state })
  if (account.kind === 'missing' && state === 'absent') await makeAgain(means, trx, service, actor)
  else if (account.kind === 'differs' && (state === 'live' || state === 'suspended'))
    await follow(means, trx, { account, service, state }, actor)
  else throw NotAsCompared({ service: serviceId, here, there: state })
  await trx.run(sql`delete from server_accounts where id = ${account.id}`)
}

/** Holds that are on it suspend it again once it is made. */
async function makeAgain(means: Means, trx: Trx, service: ServiceRow, actor: Actor): Promise<void> {
  const change = { set: { remote_id: null } }
  const row = await applyTransition(means, trx, { lifecycle, row: service, name: 'lose', actor, change })
  await startDelivery(means, trx, { service: { ...row, ...change.set }, action: 'create' }, actor)
}

async function follow(
  means: Means,
  trx: Trx,
  {
    account,
    service,
    state,
  }: { account: ServerAccountRow; service: ServiceRow; state: 'live' | 'suspended' },
  actor: Actor,
): Promise<void> {
  const differs = JSON.parse(account.differs) as AccountDifference[]
  const name = state === 'suspended' ? 'suspend' : 'release'
  const row =
    service.delivery_status === state
      ? service
      : await applyTransition(means, trx, { lifecycle, row: service, name, actor })
  if (differs.some(({ what }) => what !== 'state')) {
    const set = { change_due: 1 }
    await updateVersioned(means, trx, { table: 'services', what: 'service', row, set })
  }
  await reconcileDelivery(means, trx, { serviceId: service.id }, actor)
}
