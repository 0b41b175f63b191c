import { instant, type Instant } from '../../kernel/index.ts'
import type { ProviderKind } from '../../../sdk/index.ts'
import { operationOf, type Kind } from '../../plugins/index.ts'
import type { Wiring } from '../areas.ts'
import { callByHand } from './develop-plugin.ts'

export type Inputs = Readonly<Record<string, Record<string, unknown>>>
type Say = (line: string) => void

interface Called {
  operation: string
  outcome: string
  tookMs: number
}

/** Longer answers are for `berth plugin dev`. */
const ANSWER_LENGTH = 300

/** Operations of an instance that were called since then, the newest last; none where this process has no hosts. */
async function callsSince({ plugins }: Wiring, instanceId: string, since: Instant): Promise<Called[]> {
  const figures = (await plugins.health?.())?.figures ?? []
  const last = figures.find(({ instance }) => instance === instanceId)?.last ?? []
  return last.filter(({ at }) => at >= since).toReversed()
}

/** Says what the sale called of a plugin, each operation once. Answers their names. */
export async function sayCalls(
  wiring: Wiring,
  { instance_id, since }: { instance_id: string; since: Instant },
  say: Say,
): Promise<string[]> {
  const calls = await callsSince(wiring, instance_id, since)
  const names = [...new Set(calls.map(({ operation }) => operation))]
  for (const name of names)
    say(
      lineOf(
        name,
        calls.filter(({ operation }) => operation === name),
      ),
    )
  if (names.length === 0) say('The sale called nothing of it.')
  return names
}

function lineOf(name: string, calls: readonly Called[]): string {
  // A hook has its law before its name, which ends with it.
  const shown = name.replace(/^(observe|check|shape)\./, '')
  const failed = calls.filter(({ outcome }) => outcome !== 'ok')
  const slowest = Math.round(Math.max(...calls.map(({ tookMs }) => tookMs)))
  const times = calls.length === 1 ? `in ${slowest} ms` : `${calls.length} times, within ${slowest} ms`
  if (failed.length === 0) return `The sale called ${shown}: answered ${times}.`
  return `The sale called ${shown}: failed ${failed.length} of ${calls.length} times (${failed[0]!.outcome}).`
}

interface Rest {
  instance_id: string
  server_id: string | null
  /** Names of all operations, such as "tax.determine". */
  offered: readonly string[]
  called: readonly string[]
  inputs: Inputs
  /** The client of the trial: dev.json cannot know it, so it stands for every client that is named there. */
  clientId: string
}

/** Calls what the sale did not, as far as dev.json says with what, and names the rest. */
export async function callRest(
  wiring: Wiring,
  { offered, called, inputs, clientId, ...target }: Rest,
  say: Say,
): Promise<void> {
  const left = offered.filter((name) => !called.includes(name))
  const inputOf = (name: string) => inputs[name] ?? plainInput(name)
  const given = left.filter((name) => inputOf(name) !== undefined)
  for (const name of given)
    say(`${name}: ${await answerOf(wiring, { ...target, name, input: forClient(inputOf(name)!, clientId) })}`)
  const unknown = left.filter((name) => !given.includes(name))
  if (unknown.length > 0)
    say(`Not called, because "inputs" of dev.json does not say with what: ${unknown.join(', ')}.`)
}

/** Of an operation that only reads, and asks for nothing but the language. */
function plainInput(name: string): object | undefined {
  const [kind, operation] = name.split('.') as [ProviderKind, string]
  const { input, changes } = operationOf(kind, operation) ?? {}
  const asks = Object.keys((input as { properties?: object } | undefined)?.properties ?? { all: true })
  if (changes || asks.some((key) => key !== 'locale')) return undefined
  return asks.length === 0 ? {} : { locale: 'en' }
}

const forClient = (input: object, clientId: string): object =>
  JSON.parse(JSON.stringify(input), (_key, value: unknown) =>
    typeof value === 'string' && /^cli_\w+$/.test(value) ? clientId : value,
  ) as object

interface ByHand extends Pick<Rest, 'instance_id' | 'server_id'> {
  name: string
  input: object
}

async function answerOf(wiring: Wiring, { name, ...call }: ByHand): Promise<string> {
  const [kind, operation] = name.split('.') as [Kind, string]
  try {
    const text = JSON.stringify(await callByHand(wiring, { ...call, kind, operation }))
    return text.length > ANSWER_LENGTH ? `${text.slice(0, ANSWER_LENGTH)} …` : text
  } catch (error) {
    return `failed. ${error instanceof Error ? error.message : String(error)}`
  }
}

/** The system's time, by which calls are noted. */
export const now = ({ means }: Wiring): Instant => instant(means.clock.ms())
