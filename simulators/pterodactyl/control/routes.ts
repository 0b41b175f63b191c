import type { Answer, Call } from '../http/call.ts'
import { invalid } from '../http/refusals.ts'
import {
  fieldsIn,
  findViolations,
  numberIn,
  textIn,
  textsIn,
  type Fields,
  type RuleTable,
} from '../rules/index.ts'
import type { Busyness, PterodactylControl } from './control.ts'
import type { Key } from '../panel/records.ts'

export interface ControlRoute {
  method: 'GET' | 'POST' | 'DELETE'
  pattern: string
  rules?: RuleTable
  answer: (control: PterodactylControl, call: Call) => Answer
}

const TARGET: RuleTable = {
  calls: 'required|integer|min:1',
  method: 'string|in:GET,POST,PATCH,DELETE',
  path: 'string',
}
const NODE = '/_control/nodes/{node}'
const SERVER = '/_control/servers/{server}'
const DONE: Answer = { status: 204 }

export const controlRoutes: ControlRoute[] = [
  {
    method: 'GET',
    pattern: '/_control/state',
    answer: (control) => ({ status: 200, body: control.state() }),
  },
  {
    method: 'GET',
    pattern: '/_control/calls',
    answer: (control) => ({ status: 200, body: control.calls() }),
  },
  {
    method: 'POST',
    pattern: '/_control/fail',
    rules: { ...TARGET, status: 'required|integer|between:400,599', retryAfter: 'integer|min:0' },
    answer: (control, { body }) => {
      const retryAfter = numberIn(body, 'retryAfter') ?? undefined
      return done(control.failNext({ ...target(body), status: numberIn(body, 'status') ?? 500, retryAfter }))
    },
  },
  {
    method: 'POST',
    pattern: '/_control/delay',
    rules: { ...TARGET, ms: 'required|integer|between:1,600000' },
    answer: (control, { body }) =>
      done(control.delayNext({ ...target(body), ms: numberIn(body, 'ms') ?? 1 })),
  },
  {
    method: 'POST',
    pattern: '/_control/lose',
    rules: TARGET,
    answer: (control, { body }) => done(control.loseAnswers(target(body))),
  },
  { method: 'DELETE', pattern: '/_control/faults', answer: (control) => done(control.clearFaults()) },
  {
    method: 'POST',
    pattern: `${NODE}/down`,
    rules: { status: 'integer|in:502,504' },
    answer: (control, { parts, body }) =>
      done(control.takeNodeDown(Number(parts.node), numberIn(body, 'status') === 502 ? 502 : 504)),
  },
  {
    method: 'POST',
    pattern: `${NODE}/up`,
    answer: (control, { parts }) => done(control.bringNodeUp(Number(parts.node))),
  },
  {
    method: 'POST',
    pattern: `${NODE}/maintenance`,
    rules: { on: 'required|boolean' },
    answer: (control, { parts, body }) => done(control.setMaintenance(Number(parts.node), body.on === true)),
  },
  {
    method: 'POST',
    pattern: '/_control/installs/finish',
    rules: { outcome: 'string|in:installed,failed' },
    answer: (control, { body }) => ({
      status: 200,
      body: { finished: control.finishInstalls(body.outcome === 'failed' ? 'failed' : 'installed') },
    }),
  },
  {
    method: 'POST',
    pattern: `${SERVER}/busy`,
    rules: { busyness: 'required|in:transferring,restoring_backup,idle' },
    answer: (control, { parts, body }) =>
      done(control.setBusy(parts.server ?? '', body.busyness as Busyness)),
  },
  {
    method: 'POST',
    pattern: `${SERVER}/usage`,
    rules: { usage: 'present|nullable|array', ...usageRules() },
    answer: (control, { parts, body }) =>
      done(control.setUsage(parts.server ?? '', body.usage === null ? null : fieldsIn(body, 'usage'))),
  },
  {
    method: 'POST',
    pattern: '/_control/keys',
    rules: {
      kind: 'required|in:application,client',
      owner: 'required|integer|min:1',
      permissions: 'nullable|array',
      allowedIps: 'array',
      'allowedIps.*': 'string',
    },
    answer: (control, { body }) => ({ status: 201, body: { token: control.issueKey(readKey(body)) } }),
  },
]

/** Throws the 422 of a control call whose body cannot be used. */
export function checkControl({ rules = {} }: ControlRoute, body: Fields): void {
  const nothing = { exists: () => false, taken: () => false }
  const violations = findViolations(body, rules, nothing)
  if (violations.length > 0) throw invalid(violations)
}

function done(_: void): Answer {
  return DONE
}

function target(body: Fields) {
  return {
    calls: numberIn(body, 'calls') ?? 1,
    method: textIn(body, 'method') ?? undefined,
    path: textIn(body, 'path') ?? undefined,
  }
}

function usageRules(): RuleTable {
  const names = [
    'memory_bytes',
    'cpu_absolute',
    'disk_bytes',
    'network_rx_bytes',
    'network_tx_bytes',
    'uptime',
  ]
  return Object.fromEntries(names.map((name) => [`usage.${name}`, 'numeric|min:0']))
}

function readKey(body: Fields): Parameters<PterodactylControl['issueKey']>[0] {
  return {
    kind: body.kind as Key['kind'],
    owner: numberIn(body, 'owner') ?? 0,
    permissions: body.permissions == null ? null : (fieldsIn(body, 'permissions') as Key['permissions']),
    allowedIps: textsIn(body, 'allowedIps'),
  }
}
