import type { RemoteAccount } from '../../sdk/index.ts'
import { stateOf } from './describe-server.ts'
import type { Panel } from './panel.ts'
import type { List, Server } from './records.ts'

/** The most that the panel gives at once. */
const PER_PAGE = 100

/** The servers of the panel, in the order in which they were made; the cursor is the number of the page. */
export async function listAccounts(
  panel: Panel,
  cursor = '1',
): Promise<{ accounts: RemoteAccount[]; cursor?: string }> {
  const page = Number(cursor)
  const path = `/servers?sort=id&per_page=${PER_PAGE}&page=${page}`
  const { data, meta } = await panel.call<List<Server>>('GET', path)
  const accounts = data.map(({ attributes }) => accountOf(attributes))
  const isLast = page >= (meta?.pagination?.total_pages ?? 1)
  return isLast ? { accounts } : { accounts, cursor: String(page + 1) }
}

/** Where a server runs and what the client chose in the panel are no part of its plan. */
function accountOf(server: Server): RemoteAccount {
  const { id, external_id: externalId, name, egg, feature_limits: features } = server
  const { memory, swap, disk, io, cpu } = server.limits
  return {
    remote_id: String(id),
    ...(externalId === null ? {} : { external_id: externalId }),
    name,
    state: stateListed(server),
    settings: { egg, memory, swap, disk, io, cpu, ...features },
  }
}

/** What is busy is not compared, as what is being made. */
function stateListed(server: Server): RemoteAccount['state'] {
  const state = stateOf(server)
  return state === 'live' || state === 'suspended' || state === 'failed' ? state : 'creating'
}
