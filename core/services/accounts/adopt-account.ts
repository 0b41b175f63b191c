import { type ServiceReport, Type } from '../../../sdk/index.ts'
import { sql, type Trx } from '../../db/index.ts'
import type { Actor } from '../../kernel/index.ts'
import { defineVerb, demandCheck, updateVersioned, type Means } from '../../records/index.ts'
import { askThere } from '../acts/ask-there.ts'
import { deliveryAsking } from '../delivery-asking.ts'
import { AccountNotFitting, NotFoundAtProvider } from '../errors.ts'
import { finishDelivery } from '../finish-delivery.ts'
import { findService, lockService } from '../load.ts'
import type { ProviderMeans } from '../ports.ts'
import { reconcileDelivery } from '../reconcile-delivery.ts'
import { lockOwnWork } from '../retry-delivery.ts'
import type { DeliveryRow, ServerRow, ServiceRow } from '../rows.ts'
import { startDelivery } from '../start-delivery.ts'
import { demandFree } from './account-free.ts'
import { findAccount } from './find-account.ts'
import { mayTake } from './judge-accounts.ts'
import type { ServerAccountRow } from './rows.ts'

/** An account with the id that the provider gave it, and who is to have it. */
interface Adoption {
  account: ServerAccountRow
  remoteId: string
  server: ServerRow
  service: ServiceRow
}

/**
 * Takes an account that stands on a server as what a service was to get, which has none yet. The provider is asked
 * first. Without `service_id` it is the service whose id the account bears.
 */
export const adoptAccount = defineVerb(
  {
    permission: 'server_account.adopt',
    asks: ['delivery.adopt:check'],
    audience: ['staff'],
    input: Type.Object({
      account_id: Type.String(),
      service_id: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    }),
  },
  async (means: ProviderMeans, input, actor): Promise<string> => {
    const account = await findAccount(means.db, actor, input.account_id)
    const adoption = await adoptionOf(means, account, input.service_id ?? account.service_id, actor)
    const report = await describe(means, adoption)
    await means.db.transaction((trx) => adopt(means, trx, { ...adoption, report }, actor))
    return adoption.service.id
  },
)

async function adoptionOf(
  means: Means,
  account: ServerAccountRow,
  serviceId: string | null,
  actor: Actor,
): Promise<Adoption> {
  const { remote_id: remoteId } = account
  const isFree = account.kind === 'stray' || account.kind === 'waiting' || account.kind === 'left'
  if (remoteId === null || serviceId === null || !isFree)
    throw AccountNotFitting({ id: account.id, reason: 'it is no account that waits for a service' })
  const service = await findService(means.db, actor, { id: serviceId, right: 'server_account.adopt' })
  const server = await means.db.get<ServerRow>(sql`select * from servers where id = ${account.server_id}`)
  const adoption = { account, remoteId, server: server!, service }
  demandFitting(adoption)
  return adoption
}

function demandFitting({ account, server, service }: Adoption): void {
  if (mayTake(service, { serverId: server.id, instanceId: server.instance_id })) return
  const reason = `the service ${service.id} has its own already, has ended, or is delivered elsewhere`
  throw AccountNotFitting({ id: account.id, reason })
}

/** Some plugins find a service by our id before that of the provider: then it is another account. */
async function describe(means: ProviderMeans, adoption: Adoption): Promise<ServiceReport> {
  const { service, server, remoteId } = adoption
  const placed = { ...service, server_id: server.id, remote_id: remoteId }
  const report = await askThere<ServiceReport>(means, placed, { operation: 'describe', deadline: 'act' })
  const isIt = report.remote_id === undefined || report.remote_id === remoteId
  if (!isIt || (report.state !== 'live' && report.state !== 'suspended'))
    throw NotFoundAtProvider({ remote_id: remoteId, state: isIt ? report.state : 'another account' })
  return report
}

async function adopt(
  means: Means,
  trx: Trx,
  { report, ...adoption }: Adoption & { report: ServiceReport },
  actor: Actor,
): Promise<void> {
  const { account, server, remoteId } = adoption
  const service = await lockService(trx, adoption.service.id)
  demandFitting({ ...adoption, service })
  await demandFree(trx, { serverId: server.id, remoteId, serviceId: service.id })
  const work = await lockOwnWork(means, trx, await creationOf(means, trx, { service, server }, actor), actor)
  demandCheck(means, trx, actor, deliveryAsking('adopt', work.delivery, { remote_id: remoteId }))
  await finishDelivery(means, trx, { ...work, remoteId, access: report.access }, actor)
  await reconcileDelivery(means, trx, { serviceId: service.id }, actor)
  const { brand_id, client_id } = service
  await trx.run(sql`
    update server_accounts set kind = 'agrees', service_id = ${service.id}, brand_id = ${brand_id},
      client_id = ${client_id}, note = null, noted_by = null, problem = null where id = ${account.id}`)
}

/** The creation that the account ends: the one that is not done, or one that begins with it. On this server from now on. */
async function creationOf(
  means: Means,
  trx: Trx,
  { service, server }: { service: ServiceRow; server: ServerRow },
  actor: Actor,
): Promise<string> {
  const set = { server_id: server.id }
  await updateVersioned(means, trx, { table: 'services', what: 'service', row: service, set })
  const placed = { ...service, ...set, version: service.version + 1 }
  const undone = await trx.get<DeliveryRow>(sql`
    select * from deliveries where service_id = ${service.id} and action = 'create'
      and status in ('open', 'waiting', 'failed') order by id desc limit 1`)
  return (undone ?? (await startDelivery(means, trx, { service: placed, action: 'create' }, actor))).id
}
