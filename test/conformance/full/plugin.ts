import { definePlugin, type Plugin, type PluginContext, type ProviderKind } from '../../../sdk/index.ts'
import { goodAnswer, operationsOf } from './answers.ts'
import { withDomain } from './domains.ts'

/** Operations that ask the company; the others answer by themselves, so that they are judged without its weather. */
export const ASKED: readonly string[] = [
  'charge_method',
  'create',
  'register',
  'transfer',
  'send',
  'push_document',
]

type Input = Record<string, unknown>
type Handler = (input: Input) => Promise<unknown>

/** A plugin that offers every operation of a kind, made from the tables of the SDK. */
export function fullPlugin(kind: ProviderKind): Plugin {
  const offers = (context: PluginContext) =>
    Object.fromEntries(
      Object.keys(operationsOf(kind)).map((operation) => [operation, handlerOf(context, kind, operation)]),
    )
  const schedule = () => ({ tick: () => Promise.resolve() })
  const upgrade = () => ({ move: () => Promise.resolve({}) })
  return definePlugin({ [kind]: offers, observe, schedule, upgrade })
}

/** Asks for a note, under one reference for each client. */
const observe = ({ records }: PluginContext) => ({
  'client.suspended': async ({ subject }: { subject: string }) => {
    const note = { reference: `note/${subject}`, body: { body: 'Suspended.' } }
    await records.request('client.write:note', subject, note)
  },
})

function handlerOf(context: PluginContext, kind: ProviderKind, operation: string): Handler {
  const answer: Handler = ASKED.includes(operation)
    ? (input) => askCompany(operation, input)
    : (input) => Promise.resolve(goodAnswer(kind, operation, input))
  if (kind === 'registrar') return withDomain(context, operation, answer)
  return kind === 'provisioner' ? withLife(context, operation, answer) : answer
}

async function askCompany(operation: string, input: Input): Promise<unknown> {
  const body = JSON.stringify(input)
  const response = await fetch(`https://company.example.com/${operation}`, { method: 'POST', body })
  if (!response.ok) throw new Error(`The company answered ${response.status}.`)
  return response.json()
}

const STATES: Readonly<Record<string, string>> = {
  ...{ create: 'live', change: 'live', release: 'live', suspend: 'suspended', terminate: 'absent' },
}

/** What was done last to a service is what it is. */
function withLife({ storage }: PluginContext, operation: string, answer: Handler): Handler {
  return async (input) => {
    const key = `state/${String((input['service'] as { external_id?: string } | undefined)?.external_id)}`
    if (operation === 'describe') return { state: (await storage.get(key))?.value ?? 'absent' }
    if (operation === 'list_accounts') return { accounts: await accountsIn(storage) }
    const told = await answer(input)
    const state = STATES[operation]
    if (state !== undefined) await storage.set(key, state)
    return told
  }
}

async function accountsIn(storage: PluginContext['storage']): Promise<Input[]> {
  const keys = await storage.list('state/')
  const all = await Promise.all(
    keys.map(async (key) => {
      const id = key.slice('state/'.length)
      return { remote_id: `r-${id}`, external_id: id, name: id, state: (await storage.get(key))?.value }
    }),
  )
  return all.filter(({ state }) => state !== 'absent')
}
