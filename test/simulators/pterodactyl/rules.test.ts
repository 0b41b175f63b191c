import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { RULE_TABLES, type RuleTableName } from '../../../simulators/pterodactyl/index.ts'
import {
  BUILD,
  SERVER,
  startPanel,
  STARTUP,
  USER,
  type Answered,
  type Json,
  type TestPanel,
} from './start-panel.ts'

interface Case {
  valid: Json
  send: (panel: TestPanel, body: Json) => Promise<Answered>
}

const DEPLOY = { locations: [1], dedicated_ip: false, port_range: ['25565-25570'] }
const FLAT = { memory: 1, swap: 0, disk: 1, io: 500, cpu: 0 }
const body = (method: string, path: string, valid: Json): Case => ({
  valid,
  send: ({ send }, sent) => send(method, path, sent),
})

/** A request that each table checks; server 1 and user 2 exist, and server 2 and user 3 hold what is taken. */
const CASES: Record<RuleTableName, Case> = {
  createUser: body('POST', '/application/users', {
    ...USER,
    email: 'new@x.example',
    username: 'new',
    external_id: 'n',
  }),
  changeUser: body('PATCH', '/application/users/2', USER),
  createServer: body('POST', '/application/servers', {
    ...SERVER,
    external_id: 'svc_new',
    allocation: { default: 20, additional: [21] },
  }),
  changeDetails: body('PATCH', '/application/servers/1/details', {
    name: 'New',
    user: 1,
    external_id: 'svc_1',
  }),
  changeBuild: body('PATCH', '/application/servers/1/build', {
    ...BUILD,
    add_allocations: [30],
    remove_allocations: [30],
  }),
  changeStartup: body('PATCH', '/application/servers/1/startup', STARTUP),
  createDatabase: body('POST', '/application/servers/1/databases', {
    database: 'wiki',
    remote: '%',
    host: 1,
  }),
  createAllocations: body('POST', '/application/nodes/1/allocations', { ip: '192.0.2.90', ports: ['25000'] }),
  findNodes: {
    valid: { memory: '1', disk: '1', location_ids: ['1'] },
    send: ({ send }, sent) => send('GET', `/application/nodes/deployable?${writeQuery(sent)}`),
  },
  sendPower: {
    valid: { signal: 'start' },
    send: ({ send, simulator }, sent) =>
      send('POST', `/client/servers/${simulator.control.state().servers[0]?.identifier}/power`, sent),
  },
}

const TAKEN: Record<string, unknown> = {
  'users.email': 'TAKEN@x.example',
  'users.username': 'Taken',
  'users.external_id': 'taken',
  'servers.external_id': 'svc_2',
  'servers.allocation': 2,
  'databases.database': 'shop',
}

/** Values that break a rule, given what stands behind its colon. Undefined takes the field away. */
const BREAKERS: Record<string, (args: string, numeric: boolean) => unknown> = {
  required: () => undefined,
  required_with: () => undefined,
  required_without: () => undefined,
  present: () => undefined,
  present_with: () => undefined,
  string: () => 42,
  integer: () => 'many',
  numeric: () => 'many',
  boolean: () => 'maybe',
  array: () => 'one',
  email: () => 'nobody',
  username: () => '-no',
  alpha_dash: () => 'a b',
  regex: () => '!',
  in: () => 'reboot',
  exists: () => 9999,
  unique: (args) => TAKEN[args],
  min: (args, numeric) => (numeric ? Number(args) - 1 : undefined),
  max: (args) => 'x'.repeat(Number(args) + 1),
  between: (args, numeric) => {
    const most = Number(args.split(',')[1])
    return numeric ? most + 1 : 'x'.repeat(most + 1)
  },
}

for (const [name, table] of Object.entries(RULE_TABLES)) {
  const example = CASES[name as RuleTableName]
  test(`${name}: the valid request is taken`, async (context) => {
    const { status, text } = await example.send(await preparePanel(context), example.valid)
    assert.ok(status < 300, `${status} ${text}`)
  })
  test(`${name}: each rule of each field is kept`, async (context) => {
    const panel = await preparePanel(context)
    for (const [field, rules] of Object.entries(table as Record<string, string>)) {
      for (const rule of rules.split('|').filter((one) => one !== 'nullable' && one !== 'sometimes')) {
        await breakRule(panel, example, field, { rule, numeric: /integer|numeric/.test(rules) })
      }
    }
  })
}

async function breakRule(
  panel: TestPanel,
  { valid, send }: Case,
  pattern: string,
  { rule, numeric }: { rule: string; numeric: boolean },
): Promise<void> {
  const [ruleName = '', args = ''] = rule.split(/:(.*)/s)
  const breaker = BREAKERS[ruleName]
  assert.ok(breaker, `There is no way to break ${ruleName}.`)
  const field = pattern.replace('.*', '.0')
  // A text of no characters counts as missing, so the least length cannot be broken alone.
  if (ruleName === 'min' && !numeric) return
  const given = ruleName === 'required_without' ? without(valid, args) : structuredClone(valid)
  if (pattern.startsWith('deploy')) given.deploy = structuredClone(DEPLOY)
  if (/^(memory|swap|disk|io|cpu)$/.test(field) && rule !== 'required') Object.assign(given, FLAT)
  const value = breaker(args, numeric)
  const broken =
    pattern === 'deploy' && ruleName === 'required' ? put(given, field, {}) : put(given, field, value)
  const { status, body } = await send(panel, broken)
  const what = `${field} breaking ${rule}`
  assert.equal(status, 422, what)
  const entry = body.errors.find(({ meta }) => meta?.source_field === field && meta.rule === ruleName)
  assert.deepEqual([entry?.code, entry?.status], ['ValidationException', '422'], what)
}

async function preparePanel(context: TestContext): Promise<TestPanel> {
  const panel = await startPanel(context)
  const { send, createServer, simulator } = panel
  await send('POST', '/application/users', USER)
  const taken = { ...USER, email: 'taken@x.example', username: 'taken', external_id: 'taken' }
  await send('POST', '/application/users', taken)
  await createServer()
  await createServer({ external_id: 'svc_2', allocation: { default: 2 } })
  await send('POST', '/application/servers/1/databases', { database: 'shop', remote: '%', host: 1 })
  simulator.control.finishInstalls()
  return panel
}

function without(given: Json, field: string): Json {
  const copy = structuredClone(given)
  delete copy[field]
  return copy
}

/** A copy with the dotted field set, or taken away. */
function put(given: Json, path: string, value: unknown): Json {
  const copy = structuredClone(given)
  const names = path.split('.')
  const last = names.pop() ?? ''
  const holder = names.reduce<Json>((inner, name) => (inner[name] ??= {}) as Json, copy)
  if (value === undefined) delete holder[last]
  else if (path.endsWith('.0')) Object.assign(holder, { 0: value })
  else holder[last] = value
  return copy
}

function writeQuery(fields: Json): string {
  const pairs = Object.entries(fields).flatMap(([name, value]): [string, string][] =>
    Array.isArray(value) ? value.map((one) => [`${name}[]`, String(one)]) : [[name, String(value)]],
  )
  return new URLSearchParams(pairs).toString()
}
