import { kindTables, type Operation } from '../kinds/index.ts'
import type { Plugin, PluginContext } from '../plugin.ts'
import type { Conformance } from './conformance.ts'
import { openTestInstance } from './context.ts'
import { serveCompany } from './serve-company.ts'
import { completed } from './completed.ts'
import { strictKind, strictUpgrade, type Handler } from './strict.ts'

/**
 * Plays the inputs of `test/conformance.ts` without the sandbox, where a debugger reaches; answers what the plugin
 * answered, by operation. Each call is checked on both sides as core checks it.
 */
export async function answersOf(plugin: Plugin, about: Conformance): Promise<Record<string, unknown[]>> {
  const company = await serveCompany(await about.company?.())
  const outbound = Object.fromEntries((about.hosts ?? []).map((host) => [`https://${host}`, company.origin]))
  const { settings = {}, secrets = {} } = about
  const instance = openTestInstance({ settings, secrets, outbound })
  try {
    const answers: Record<string, unknown[]> = {}
    for (const [operation, inputs] of Object.entries(about.inputs ?? {})) {
      const call = offered(plugin, operation, instance.context)
      answers[operation] = []
      for (const input of inputs) answers[operation].push(await call(input))
    }
    return answers
  } finally {
    instance.close()
    await company.close()
  }
}

function offered(plugin: Plugin, operation: string, context: PluginContext): Handler {
  if (operation === 'move') return strictUpgrade(plugin, context).move
  for (const kind of Object.keys(kindTables) as (keyof typeof kindTables)[])
    if (plugin[kind] && operation in kindTables[kind]) {
      const { input, changes }: Operation = (kindTables[kind] as Record<string, Operation>)[operation]!
      const call = strictKind(plugin, kind, context)[operation]!
      return (given) => call(changes ? completed(input, given) : given)
    }
  throw new Error(`No kind of the plugin has an operation "${operation}".`)
}
