import type { Company } from '../../../sdk/test-kit/index.ts'

type Body = Record<string, unknown>

interface Kept {
  job: string
  /** How often it is still running when asked. */
  left: number
  act: string
}

export interface CloudMachine {
  id: string
  state: string
  power: string
  user: string
  hostname: string
  password: string
  plan: unknown
  reason: unknown
  restarts: number
  installed: number
  addresses: { ip: string; reverse_dns: string | null }[]
  snapshots: { reference: string; name: string; created_at: string; state: string }[]
}

export interface FakeCloud extends Company {
  machines: Map<string, CloudMachine>
  /** Acts with their bodies, in order, each key once. */
  done: Body[]
}

const LONG = new Set(['reinstall', 'snapshot', 'restore'])
const AT = '2026-11-21T10:00:00Z'

/** The cloud in memory. `rooms` stand there from the beginning. */
export function openFakeCloud(rooms: readonly string[] = []): FakeCloud {
  const machines = new Map<string, CloudMachine>()
  const jobs = new Map<string, Kept>()
  const done: Body[] = []
  let made = 0
  let keyless = 0
  const add = (name: string, plan: unknown = 'small') =>
    void machines.set(name, newMachine(++made, name, plan))
  for (const name of rooms) add(name)
  const begin = (machine: CloudMachine, body: Body, key: string) => {
    let job = jobs.get(key)
    if (job === undefined) {
      job = { job: `job_${++made}`, left: LONG.has(String(body['act'])) ? 1 : 0, act: String(body['act']) }
      jobs.set(key, job)
      done.push(body)
      apply(machine, body)
    }
    return { json: { job: job.job, state: job.left > 0 ? 'running' : 'done' } }
  }
  const ofMachine = (machine: CloudMachine, rest: string[], request: Asked) => {
    const { method, body, key } = request
    const [part, id] = rest
    if (part === 'sessions')
      return { json: { url: `https://cloud.example.com/enter/${++keyless}`, expires_at: AT } }
    if (part === 'snapshots') return { json: machine.snapshots }
    if (part === 'acts' && method === 'POST') return begin(machine, body, key)
    if (part === 'acts') {
      const job = [...jobs.values()].find((one) => one.job === id)
      if (!job) return { status: 404 }
      return { json: { job: job.job, state: job.left-- > 0 ? 'running' : 'done' } }
    }
    if (method === 'PATCH') Object.assign(machine, body)
    return { json: machine }
  }
  return {
    machines,
    done,
    made: () => made,
    answer({ method, path, body: text, headers }) {
      const body = (text === '' ? {} : JSON.parse(text)) as Body
      const [kind, name = '', ...rest] = path.slice(1).split('/').map(decodeURIComponent)
      if (kind === 'health')
        return { json: { status: 'good', checks: [{ name: 'disk', ok: true, detail: '40 % free' }] } }
      if (kind === 'images') return { json: [{ key: 'debian', label: 'Debian 13' }] }
      if (method === 'POST' && name === '') add(String(body['name']), body['plan'])
      const key = headers['idempotency-key'] ?? `none ${++keyless}`
      const machine = machines.get(name === '' ? String(body['name']) : name)
      if (!machine) return { status: 404 }
      if (method === 'DELETE') machines.delete(name)
      return ofMachine(machine, rest, { method, body, key })
    },
  }
}

interface Asked {
  method: string
  body: Body
  key: string
}

const newMachine = (place: number, name: string, plan: unknown): CloudMachine => ({
  ...{ id: `m_${place}`, state: 'live', power: 'running', user: 'root', hostname: `${name}.example.com` },
  ...{ password: 'first password', plan, reason: null, restarts: 0, installed: 1 },
  addresses: [{ ip: '192.0.2.10', reverse_dns: null }],
  snapshots: [],
})

function apply(machine: CloudMachine, body: Body): void {
  const { act } = body
  if (act === 'power' && body['signal'] === 'restart') machine.restarts++
  if (act === 'power') machine.power = body['signal'] === 'stop' ? 'offline' : 'running'
  if (act === 'rename')
    Object.assign(machine, {
      ...(body['user'] ? { user: body['user'] } : {}),
      ...(body['hostname'] ? { hostname: body['hostname'] } : {}),
    })
  if (act === 'reinstall') machine.installed++
  if (act === 'snapshot')
    machine.snapshots.push({
      ...{ reference: `s_${machine.snapshots.length + 1}`, name: String(body['name']) },
      ...{ created_at: AT, state: 'ready' },
    })
  if (act === 'drop')
    machine.snapshots = machine.snapshots.filter((one) => one.reference !== body['snapshot'])
  if (act === 'reverse_dns')
    for (const address of machine.addresses)
      if (address.ip === body['ip']) address.reverse_dns = body['name'] as string | null
}
