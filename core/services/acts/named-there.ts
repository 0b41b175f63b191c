import type { ServiceReport } from '../../../sdk/index.ts'
import { invalidInput } from '../../kernel/index.ts'
import { ServiceNotLive } from '../errors.ts'
import type { ProviderMeans } from '../ports.ts'
import type { ServiceRow } from '../rows.ts'
import type { ActName } from './acts.ts'
import { askThere } from './ask-there.ts'
import { offers } from './offered.ts'
import type { There } from './read-there.ts'

/** The value of an act that names a thing at the provider, and what tells the things of a service. */
interface Naming {
  field: string
  list: string
  /** Undefined: the plugin tells none, and answers for the check itself. */
  namesIn: (answer: Partial<There> & Partial<ServiceReport>) => string[] | undefined
}

const snapshot: Naming = {
  field: 'snapshot',
  list: 'list_snapshots',
  namesIn: ({ snapshots }) => snapshots?.map(({ reference }) => reference),
}
const image: Naming = {
  field: 'image',
  list: 'list_images',
  namesIn: ({ images }) => images?.map(({ key }) => key),
}
const address: Naming = {
  field: 'ip',
  list: 'describe',
  namesIn: ({ addresses }) => addresses?.map(({ ip }) => ip),
}

const namings: Partial<Record<ActName, Naming>> = {
  restore_snapshot: snapshot,
  remove_snapshot: snapshot,
  rescue: image,
  reinstall: image,
  set_reverse_dns: address,
}

/**
 * Refuses with input.invalid what is not among the things of this service: a provider's account holds those of other
 * clients, and may take their names too. Rejects with plugin.… when the provider cannot be asked.
 */
export async function demandOwnThing(
  means: ProviderMeans,
  service: ServiceRow,
  name: ActName,
  values: Readonly<Record<string, unknown>>,
): Promise<void> {
  const naming = namings[name]
  const named = naming && values[naming.field]
  if (naming === undefined || named === undefined || !offers(means, service, naming.list)) return
  if (service.delivery_status !== 'live')
    throw ServiceNotLive({ id: service.id, state: service.delivery_status })
  const answer = await askThere<Parameters<Naming['namesIn']>[0]>(means, service, {
    ...{ operation: naming.list, deadline: 'page' },
  })
  const own = naming.namesIn(answer)
  if (own && !own.includes(String(named)))
    throw invalidInput({ [naming.field]: 'This service has none of that name. Choose one of its list.' })
}
