import type { TSchema } from '../type.ts'
import { Value } from 'typebox/value'
import type { Gateway } from '../gateway.ts'
import { kindTables, type ProviderKind } from '../kinds/index.ts'
import type { Plugin, PluginContext } from '../plugin.ts'
import { provisionerOperations } from '../provisioner.ts'
import { completed, type CalledProvisioner } from './completed.ts'
import { UpgradeAnswer, UpgradeStep } from '../upgrade.ts'

/** One kind of a plugin, every call checked on both sides as core checks it: keys that no schema names are errors. */
export function strictKind(
  plugin: Plugin,
  kind: ProviderKind,
  context: PluginContext,
): Record<string, Handler> {
  const offers = plugin[kind]
  if (offers === undefined) throw new Error(`The plugin has no "${kind}".`)
  return strict(offers(context), kindTables[kind])
}

export const strictGateway = (plugin: Plugin, context: PluginContext): Required<Gateway> =>
  strictKind(plugin, 'gateway', context) as unknown as Required<Gateway>

export function strictProvisioner(plugin: Plugin, context: PluginContext): CalledProvisioner {
  const handlers = Object.entries(strictKind(plugin, 'provisioner', context)).map(([name, handler]) => {
    const { input } = provisionerOperations[name as keyof typeof provisionerOperations]
    return [name, (given: unknown) => handler(completed(input, given))]
  })
  return Object.fromEntries(handlers) as unknown as CalledProvisioner
}

/** The step by which an instance comes to this version, checked as core checks it. */
export function strictUpgrade(plugin: Plugin, context: PluginContext): { move: Handler } {
  if (plugin.upgrade === undefined) throw new Error('The plugin has no "upgrade".')
  const moves = { move: { input: UpgradeStep, output: UpgradeAnswer } }
  return strict(plugin.upgrade(context), moves) as { move: Handler }
}

export type Handler = (input: unknown) => Promise<unknown>
type Operations = Record<string, { input: TSchema; output: TSchema }>

function strict(handlers: object, operations: Operations): Record<string, Handler> {
  const given = handlers as Record<string, Handler | undefined>
  return Object.fromEntries(
    Object.entries(operations).map(([name, { input, output }]) => [
      name,
      checked(name, given[name], { input, output }),
    ]),
  )
}

function checked(name: string, handler: Handler | undefined, { input, output }: Operations[string]): Handler {
  return async (given = {}) => {
    if (handler === undefined) throw new Error(`The plugin does not offer "${name}".`)
    assertFits(`the input of ${name}`, input, given)
    const answer = await handler(JSON.parse(JSON.stringify(given)))
    assertFits(`the answer of ${name}`, output, answer)
    return answer
  }
}

function assertFits(what: string, schema: TSchema, value: unknown): void {
  const form = closed(schema) as TSchema
  if (Value.Check(form, value)) return
  const [problem] = Value.Errors(form, value)
  throw new TypeError(
    `${what} does not fit its schema: ${problem?.instancePath} ${problem?.message}: ${JSON.stringify(value)}`,
  )
}

/** The same schema in which every object refuses keys that it does not name. */
function closed(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(closed)
  if (typeof part !== 'object' || part === null) return part
  const copy = Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, closed(inner)]))
  return 'properties' in part && !('additionalProperties' in part)
    ? { ...copy, additionalProperties: false }
    : copy
}
