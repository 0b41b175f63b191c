import type { ProvisionInput, ProvisionOutcome, ServiceTarget } from '../../sdk/index.ts'
import { outcomeOf } from './describe-server.ts'
import { environmentFor, readEgg } from './environment.ts'
import { permanent } from './failures.ts'
import { findByExternalId } from './find-server.ts'
import { findOrCreateUser } from './find-user.ts'
import { PanelRefusal, PanelSilent, type Panel } from './panel.ts'
import { readProduct, type Product } from './product.ts'
import type { Allocation, Item, List, Server } from './records.ts'

/** Another server may take an allocation between our reading it and our asking for it. */
const ALLOCATION_TRIES = 3

/** Adopts the server that carries our id, else makes one. */
export async function createServer(panel: Panel, { service }: ProvisionInput): Promise<ProvisionOutcome> {
  const product = readProduct(service.settings)
  const existing = await findByExternalId(panel, service.external_id)
  if (existing !== undefined) return adopted(panel, { service, product, server: existing })
  const order = await orderFor(panel, service, product)
  try {
    return outcomeOf(panel, await place(panel, order, product))
  } catch (error) {
    const made = mayHaveWorked(error) ? await findByExternalId(panel, service.external_id) : undefined
    if (made === undefined) throw error
    return adopted(panel, { service, product, server: made })
  }
}

function adopted(
  panel: Panel,
  { service, product, server }: { service: ServiceTarget; product: Product; server: Server },
): ProvisionOutcome {
  const owner = server.relationships?.user?.attributes
  const { id, email } = service.client
  const sameOwner =
    owner == null || owner.external_id === id || owner.email.toLowerCase() === email.toLowerCase()
  if (!sameOwner || server.egg !== product.egg)
    return permanent(
      'conflict',
      `Server ${server.identifier} carries the id ${service.external_id} but has another ${sameOwner ? 'egg' : 'owner'}.`,
    )
  return outcomeOf(panel, server)
}

async function orderFor(panel: Panel, service: ServiceTarget, product: Product): Promise<object> {
  const egg = await readEgg(panel, product)
  const environment = environmentFor(egg, product)
  const user = await findOrCreateUser(panel, service.client)
  const { threads, ...sizes } = product.limits
  return {
    external_id: service.external_id,
    name: service.label,
    description: service.external_id,
    user: user.id,
    egg: product.egg,
    docker_image: product.image ?? egg.docker_image,
    startup: product.startup ?? egg.startup,
    environment,
    limits: { ...sizes, ...(threads === undefined ? {} : { threads }) },
    feature_limits: product.features,
    oom_disabled: product.oomDisabled,
    start_on_completion: product.startOnCompletion,
    skip_scripts: product.skipScripts,
  }
}

function place(panel: Panel, order: object, product: Product): Promise<Server> {
  if (product.node !== undefined) return placeOn(panel, order, product.node)
  return post(panel, {
    ...order,
    deploy: {
      locations: product.locations,
      dedicated_ip: product.dedicatedIp,
      port_range: product.portRange,
    },
  })
}

async function placeOn(panel: Panel, order: object, node: number): Promise<Server> {
  const path = `/nodes/${node}/allocations?filter[server_id]=0&per_page=100`
  const { data } = await panel.call<List<Allocation>>('GET', path)
  const free = data.map(({ attributes }) => attributes).filter(({ assigned }) => !assigned)
  for (const { id } of free.slice(0, ALLOCATION_TRIES)) {
    try {
      return await post(panel, { ...order, allocation: { default: id } })
    } catch (error) {
      if (!isTaken(error)) throw error
    }
  }
  throw new PanelRefusal(400, [{ code: 'NoViableAllocationException', detail: '', field: undefined }])
}

async function post(panel: Panel, order: object): Promise<Server> {
  return (await panel.call<Item<Server>>('POST', '/servers?include=allocations,user', order)).attributes
}

const complainsAbout = (error: unknown, field: string) =>
  error instanceof PanelRefusal && error.complaints.some((one) => one.field === field)

const isTaken = (error: unknown) => complainsAbout(error, 'allocation.default')

/** After these nobody knows whether a server was made; only our id on it tells. */
function mayHaveWorked(error: unknown): boolean {
  if (error instanceof PanelSilent || complainsAbout(error, 'external_id')) return true
  return error instanceof PanelRefusal && error.status >= 500
}
