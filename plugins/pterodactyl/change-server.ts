import type { ProvisionInput, ProvisionOutcome, ServiceTarget } from '../../sdk/index.ts'
import { outcomeOf } from './describe-server.ts'
import { environmentFor, readEgg } from './environment.ts'
import { absent } from './failures.ts'
import { findServer } from './find-server.ts'
import type { Panel } from './panel.ts'
import { readProduct, type Product } from './product.ts'
import type { Server } from './records.ts'

/** Brings an existing server to the product's settings. What the client chose in the panel and no setting names stays. */
export async function changeServer(panel: Panel, { service }: ProvisionInput): Promise<ProvisionOutcome> {
  const product = readProduct(service.settings)
  const server = await findServer(panel, service)
  if (server === undefined) return absent(service.external_id)
  await changeBuild(panel, server, product)
  await changeStartup(panel, server, product)
  await changeDetails(panel, server, service)
  return outcomeOf(panel, server)
}

/** Whatever is left out here the panel takes for null, and null databases for unlimited ones: all of it is sent. */
async function changeBuild(panel: Panel, server: Server, product: Product): Promise<void> {
  const { threads, ...sizes } = product.limits
  await panel.call('PATCH', `/servers/${server.id}/build`, {
    allocation: server.allocation,
    limits: { ...sizes, threads: threads ?? server.limits.threads },
    feature_limits: product.features,
    oom_disabled: product.oomDisabled,
  })
}

async function changeStartup(panel: Panel, server: Server, product: Product): Promise<void> {
  const egg = await readEgg(panel, product)
  const sameEgg = server.egg === egg.id
  const { startup_command: startup, image, environment } = server.container
  await panel.call('PATCH', `/servers/${server.id}/startup`, {
    egg: egg.id,
    startup: product.startup ?? (sameEgg ? startup : egg.startup),
    image: product.image ?? (sameEgg ? image : egg.docker_image),
    environment: environmentFor(egg, product, environment),
    skip_scripts: product.skipScripts,
  })
}

/** An outside id that is not sent is erased. */
async function changeDetails(panel: Panel, server: Server, service: ServiceTarget): Promise<void> {
  await panel.call('PATCH', `/servers/${server.id}/details`, {
    name: service.label,
    user: server.user,
    external_id: service.external_id,
    description: server.description ?? '',
  })
}
