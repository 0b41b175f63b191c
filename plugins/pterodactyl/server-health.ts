import type { provisionerOperations, Static } from '../../sdk/index.ts'
import { failureOf } from './failures.ts'
import { PanelRefusal, type Panel } from './panel.ts'
import type { List } from './records.ts'

type Health = Static<typeof provisionerOperations.server_health.output>

interface Node {
  name: string
  maintenance_mode: boolean
}

/**
 * One question, so that it can be asked often: whether the panel answers and takes the key, and which of its nodes are in
 * maintenance. A panel that does not answer is thrown: core asks twice before it calls a server down.
 */
export async function serverHealth(panel: Panel): Promise<Health> {
  try {
    const { data } = await panel.call<List<Node>>('GET', '/nodes?per_page=100')
    const nodes = data.map(({ attributes }) => checkOf(attributes))
    const whole = nodes.every(({ ok }) => ok)
    return {
      status: whole ? 'good' : 'degraded',
      checks: [{ name: 'panel', ok: true, detail: 'It answers.' }, ...nodes],
    }
  } catch (error) {
    if (!(error instanceof PanelRefusal) || ![401, 403].includes(error.status)) throw error
    return { status: 'down', checks: [{ name: 'panel', ok: false, detail: failureOf(error).message }] }
  }
}

const checkOf = ({ name, maintenance_mode: resting }: Node): Health['checks'][number] => ({
  ...{ name, ok: !resting },
  detail: resting ? 'The node is in maintenance.' : 'The node is in use.',
})
