import type { TestContext } from 'node:test'
import { startPterodactyl, type PterodactylSimulator } from '../../../simulators/pterodactyl/index.ts'

/** An answer of the panel, with readers that fail the test when the shape is another. */
export interface Answered {
  status: number
  headers: Headers
  text: string
  body: Body
}

export interface Entry {
  code: string
  status: string
  detail: string
  meta?: { source_field: string; rule: string }
}

interface Item {
  object: string
  attributes: Record<string, unknown>
}

/** The parts of an answer that tests look at. */
export interface Body extends Item {
  data: Item[]
  errors: Entry[]
  meta: { resource: string; pagination: Record<string, unknown> }
}

export type Json = Record<string, unknown>

export interface TestPanel {
  simulator: PterodactylSimulator
  clock: { now: number }
  /** `path` below `/api`, with the key of its API. */
  send(method: string, path: string, body?: Json, headers?: Record<string, string>): Promise<Answered>
  createServer(change?: Json): Promise<Answered>
}

export const START = Date.UTC(2026, 0, 15, 12)

/** A panel of its own for one test, on a clock that stands still until the test moves it. */
export async function startPanel(
  context: TestContext,
  options: Partial<Parameters<typeof startPterodactyl>[0]> = {},
): Promise<TestPanel> {
  const clock = { now: START }
  const simulator = await startPterodactyl({
    clock: () => clock.now,
    installMs: 60_000,
    rateLimits: { application: 100_000 },
    ...options,
  })
  context.after(() => simulator.close())
  const send: TestPanel['send'] = async (method, path, body, headers = {}) => {
    const key = path.startsWith('/client') ? simulator.clientKey : simulator.applicationKey
    const response = await fetch(`${simulator.url}/api${path}`, {
      method,
      redirect: 'manual',
      headers: {
        Authorization: `Bearer ${key}`,
        Accept: 'application/json',
        'Content-Type': 'application/json',
        ...headers,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    return readAnswer(response)
  }
  const createServer = (change: Json = {}) => send('POST', '/application/servers', { ...SERVER, ...change })
  return { simulator, clock, send, createServer }
}

async function readAnswer(response: Response): Promise<Answered> {
  const text = await response.text()
  const isJson = response.headers.get('content-type') === 'application/json'
  const body = (isJson ? JSON.parse(text) : {}) as Body
  return { status: response.status, headers: response.headers, text, body }
}

export const USER: Json = {
  email: 'ann@client.example',
  username: 'ann.client',
  first_name: 'Ann',
  last_name: 'Client',
  external_id: 'cli_1',
}

export const PAPER = { MINECRAFT_VERSION: 'latest', SERVER_JARFILE: 'server.jar', BUILD_NUMBER: 'latest' }

export const SERVER: Json = {
  external_id: 'svc_1',
  name: 'Ann plays',
  user: 1,
  egg: 1,
  docker_image: 'registry.panel.example/yolks:java_21',
  startup: 'java -jar {{SERVER_JARFILE}}',
  environment: PAPER,
  limits: { memory: 2048, swap: 0, disk: 10_240, io: 500, cpu: 200 },
  feature_limits: { databases: 1, backups: 2, allocations: 0 },
  allocation: { default: 1 },
}

export const BUILD: Json = {
  allocation: 1,
  limits: { memory: 4096, swap: 0, disk: 20_480, io: 500, cpu: 300 },
  feature_limits: { databases: 2, backups: 3, allocations: 1 },
}

export const STARTUP: Json = {
  startup: 'java -jar x.jar',
  environment: PAPER,
  egg: 1,
  image: 'registry.panel.example/yolks:java_17',
  skip_scripts: false,
}
