import type { ConnectionReport } from '../../sdk/index.ts'
import { failureOf } from './failures.ts'
import { PanelRefusal, type Panel } from './panel.ts'

type Step = ConnectionReport['steps'][number]

const RESOURCES = ['users', 'servers', 'nodes', 'locations']

/** Goes through what the plugin needs, one step each; stops when there is no panel to ask further. */
export async function testConnection(panel: Panel): Promise<ConnectionReport> {
  const first = await probe(panel)
  const steps = [first]
  if (first.ok) {
    for (const resource of RESOURCES)
      steps.push(
        await step(resource, () => panel.call('GET', `/${resource}?per_page=1`), 'The key may read them.'),
      )
    steps.push(await clientStep(panel))
  }
  return { ok: steps.every(({ ok }) => ok), steps }
}

/** Only Pterodactyl has nests; its fork Pelican does not know the path. */
async function probe(panel: Panel): Promise<Step> {
  const told = 'It is a Pterodactyl panel, and the key is right.'
  try {
    await panel.call('GET', '/nests?per_page=1')
    return { name: 'panel', ok: true, detail: told }
  } catch (error) {
    if (!(error instanceof PanelRefusal) || error.status !== 404) return failed('panel', error)
    const detail =
      'This is no Pterodactyl panel. Its fork Pelican is not supported; or the address has a wrong path.'
    return { name: 'panel', ok: false, detail }
  }
}

function clientStep(panel: Panel): Promise<Step> | Step {
  if (!panel.hasClientKey)
    return { name: 'client_key', ok: true, detail: 'There is none, so usage and power are not offered.' }
  const list = () => panel.callClient('GET', '?type=admin-all&per_page=1')
  return step('client_key', list, 'The key works for usage and power.')
}

async function step(name: string, call: () => Promise<unknown>, told: string): Promise<Step> {
  try {
    await call()
    return { name, ok: true, detail: told }
  } catch (error) {
    return failed(name, error)
  }
}

const failed = (name: string, error: unknown): Step => ({ name, ok: false, detail: failureOf(error).message })
