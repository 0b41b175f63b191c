import type { Command } from 'commander'
import type { Call } from './run-command.ts'

interface Asked {
  name: string
  version: string
  has: string[]
  /** Null: it has all that it asks for. */
  asked: string[] | null
  added: string[]
  /** Of `added`, as the verb wants them. */
  keys: string[]
}

type Ask = (call: Call) => Promise<unknown>

/** As the page "What it asks for" of the staff area. */
export function addGranting(plugin: Command, ask: Ask): void {
  plugin
    .command('grant')
    .description('say what a plugin asks for and what it has, and grant the rest')
    .argument('<plugin>')
    .argument('[permissions...]', 'all that are new, each as it is shown here, in quotes')
    .option('--all', 'grant everything that is new')
    .action(async (id: string, named: string[], { all = false }: { all?: boolean }) => {
      const found = (await ask({ name: 'plugin.asked', input: { plugin_id: id } })) as Asked
      const { name, version, keys } = found
      console.log(`${name} (${id}) ${version}`)
      for (const line of shown(found)) console.log(line)
      // Whoever names something is answered by the verb, which says what there is to grant and what is missing.
      if (named.length === 0 && keys.length === 0) return
      if (named.length === 0 && !all) {
        console.error('Nothing was granted. Say --all when all of this is right.')
        process.exitCode = 1
        return
      }
      await ask({ name: 'plugin.grant', input: { plugin_id: id, granted: all ? keys : named } })
      console.log(`${id} may do all that it asks for.`)
    })
}

function shown({ has, asked, added }: Asked): string[] {
  if (asked === null)
    return has.length === 0
      ? ['It asks for nothing.']
      : ['Has all that it asks for ("!" is grave):', ...has.map((line) => `  ${line}`)]
  return [
    'Asks for ("!" is grave, "+" is new):',
    ...asked.map((line) => ` ${added.includes(line) && has.length > 0 ? '+' : ' '}${line}`),
    ...(has.length === 0 ? ['Nobody has granted it anything yet.'] : []),
  ]
}
