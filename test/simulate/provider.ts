import { closed } from '../../core/plugins/checks.ts'
import { provisionerOperations, type ProvisionInput, type ServiceReport } from '../../sdk/index.ts'
import type { Dice } from './dice.ts'
import { demandFit, noAnswer } from './gateway.ts'

export type ServerState = 'live' | 'suspended' | 'absent'

export interface ProviderWeather {
  failed: number
  lostBefore: number
  lostAfter: number
  pending: number
}

/** A panel that keeps one thing for each external id. Each act may be repeated and ends in the same state. */
export interface SimulatedProvider {
  call(operation: string, input: object): Promise<unknown>
  readonly states: ReadonlyMap<string, ServerState>
  weather: ProviderWeather
}

export const FINE: ProviderWeather = { failed: 0, lostBefore: 0, lostAfter: 0, pending: 0 }

const GOAL = {
  create: 'live',
  suspend: 'suspended',
  release: 'live',
  change: null,
  terminate: 'absent',
} as const
type Action = keyof typeof GOAL

export function simulateProvider(dice: Dice): SimulatedProvider {
  const states = new Map<string, ServerState>()
  const provider: SimulatedProvider = {
    states,
    weather: FINE,
    call: (operation, input) => Promise.resolve().then(() => answer(operation, input as ProvisionInput)),
  }
  const answer = (operation: string, input: ProvisionInput): unknown => {
    const schemas = provisionerOperations[operation as keyof typeof provisionerOperations]
    demandFit(`input of ${operation}`, closed(schemas.input), JSON.parse(JSON.stringify(input)))
    const { weather } = provider
    if (dice.chance(weather.lostBefore)) throw noAnswer('plugin.timeout', true)
    if (operation !== 'describe' && operation !== 'usage' && dice.chance(weather.failed))
      return { outcome: 'failed', code: 'unreachable', message: 'Try later.', kind: 'transient' }
    const said = act(operation, input.service.external_id)
    demandFit(`answer of ${operation}`, schemas.output, said)
    if (dice.chance(weather.lostAfter)) throw noAnswer('plugin.timeout', true)
    return said
  }
  const act = (operation: string, id: string): unknown => {
    const before = states.get(id) ?? 'absent'
    const remote_id = `srv-${id}`
    if (operation === 'describe')
      return { state: before, ...(before === 'absent' ? {} : { remote_id }) } as ServiceReport
    if (operation === 'usage')
      return {
        available: before === 'live',
        metrics: [{ key: 'memory', label: 'Memory', value: dice.whole(1, 100), limit: 100, unit: 'percent' }],
      }
    const goal = GOAL[operation as Action]
    if (operation !== 'create' && operation !== 'terminate' && before === 'absent')
      return { outcome: 'failed', code: 'gone', message: 'There is no such server.', kind: 'permanent' }
    if (goal !== null && !(operation === 'create' && before === 'suspended')) states.set(id, goal)
    return dice.chance(provider.weather.pending) && operation !== 'terminate'
      ? { outcome: 'pending', remote_id }
      : { outcome: 'done', remote_id }
  }
  return provider
}
