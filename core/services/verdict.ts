import type { AccessDetail, ProvisionOutcome, ServiceReport } from '../../sdk/index.ts'
import { BerthError } from '../kernel/index.ts'
import type { DeliveryAction, DeliveryRow, FailureName } from './rows.ts'

/** What an answer of the provider means for the delivery. */
export type Verdict =
  | { kind: 'done'; remoteId?: string; access?: readonly AccessDetail[] }
  | { kind: 'pending'; remoteId?: string; access?: readonly AccessDetail[] }
  /** Looked, and the action has not happened: it may be called now. */
  | { kind: 'call' }
  | Trouble

export interface Trouble {
  kind: 'trouble'
  failure: FailureName
  problem: string
  /** Whether trying again later may help. */
  transient: boolean
  /** The call may have gone through: look before calling again. */
  unknown: boolean
}

export function judgeOutcome(delivery: DeliveryRow, outcome: ProvisionOutcome): Verdict {
  if (outcome.outcome === 'failed') {
    const failure = failureOf(delivery.action, outcome.code)
    const problem = `${outcome.code}: ${outcome.message}`
    return { kind: 'trouble', failure, problem, transient: outcome.kind === 'transient', unknown: false }
  }
  return { kind: outcome.outcome, ...found(outcome) }
}

/** After "look" nobody knows whether the call arrived; after "poll" it was accepted. */
export function judgeReport(delivery: DeliveryRow, report: ServiceReport): Verdict {
  const { action, step } = delivery
  if (report.state === 'failed' && action !== 'terminate') return failedThere(action, report)
  if (reached(action, step, report.state)) return { kind: 'done', ...found(report) }
  if (report.state === 'creating' || report.state === 'busy') return { kind: 'pending', ...found(report) }
  if (report.state === 'absent' && (action !== 'create' || step === 'poll')) return vanished(action)
  return step === 'look' ? { kind: 'call' } : { kind: 'pending', ...found(report) }
}

/** Nothing was answered. An error that is not the plugin machinery's own may have come at any moment: look first. */
export function judgeError(delivery: DeliveryRow, error: unknown): Verdict {
  const known = error instanceof BerthError && error.code.startsWith('plugin.') ? error : null
  const unknown = known === null || known.params.outcome_unknown === true || UNKNOWN.has(known.code)
  const failure = ERRORS[known?.code ?? ''] ?? generic(delivery.action)
  const problem = known ? `${known.code}: ${known.message}` : String(error)
  return { kind: 'trouble', failure, problem, transient: true, unknown }
}

const UNKNOWN: ReadonlySet<string> = new Set(['plugin.timeout', 'plugin.host_lost'])

const ERRORS: Record<string, FailureName> = {
  'plugin.timeout': 'timed_out',
  'plugin.host_lost': 'agent_unreachable',
  'plugin.busy': 'agent_unreachable',
  'plugin.tripped': 'agent_unreachable',
}

const CODES: Record<string, FailureName> = {
  out_of_stock: 'out_of_stock',
  bad_credentials: 'bad_credentials',
  invalid_settings: 'invalid_settings',
  unreachable: 'agent_unreachable',
}

export const failureOf = (action: DeliveryAction, code: string): FailureName => CODES[code] ?? generic(action)

const generic = (action: DeliveryAction): FailureName =>
  action === 'create' ? 'paid_not_delivered' : 'refused'

/** Whether the state at the provider is the one the action aims at. A change shows only in being live after it was accepted. */
function reached(action: DeliveryAction, step: DeliveryRow['step'], state: ServiceReport['state']): boolean {
  switch (action) {
    case 'create':
      return state === 'live' || state === 'suspended'
    case 'suspend':
      return state === 'suspended'
    case 'release':
      return state === 'live'
    case 'change':
      return step === 'poll' && (state === 'live' || state === 'suspended')
    case 'terminate':
      return state === 'absent'
  }
}

function failedThere(action: DeliveryAction, report: ServiceReport): Trouble {
  const problem = `The provider reports that it failed there${report.detail ? `: ${report.detail}` : '.'}`
  return { kind: 'trouble', failure: generic(action), problem, transient: false, unknown: false }
}

function vanished(action: DeliveryAction): Trouble {
  const problem = 'The provider does not know this service.'
  return {
    kind: 'trouble',
    failure: generic(action),
    problem,
    transient: action === 'create',
    unknown: false,
  }
}

function found(answer: { remote_id?: string; access?: readonly AccessDetail[] }) {
  return {
    ...(answer.remote_id === undefined ? {} : { remoteId: answer.remote_id }),
    ...(answer.access === undefined ? {} : { access: answer.access }),
  }
}
