import { InvalidArgumentError, type Command } from 'commander'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import type { Config } from '../../config/index.ts'
import { PluginKindMissing } from './errors.ts'
import { newKinds } from './templates.ts'

/** `berth plugin new|test|…`: for who writes a plugin. */
export function addWriting(plugin: Command, config: () => Config): void {
  plugin
    .command('new')
    .description('write a plugin that runs and whose test passes')
    .argument('<folder>', 'a new folder; its name becomes the id')
    .option('--kind <kind>', newKinds().join(', '))
    .action(async (given: string, options: { kind?: string }) => {
      const { createPlugin } = await import('./create-plugin.ts')
      const { id } = await createPlugin(resolve(given), options.kind ?? (await askKind()))
      console.log(`${id} is written. Go on with:`)
      for (const line of ['plugin test', 'plugin try', 'plugin dev']) console.log(`  berth ${line} ${given}`)
    })
  plugin
    .command('test')
    .description('run the tests of a plugin, check its types, and run the conformance kit of its kinds')
    .argument('<folder>')
    .option('--busy <seconds>', 'how long a test may run without a pause before it is ended', secondsOf, 30)
    .action(async (folder: string, { busy }: { busy: number }) => {
      const { testPlugin } = await import('./test-plugin.ts')
      const given = {
        ...{ folder: resolve(folder), cacheFolder: join(config().dataDir, 'cache') },
        busyMs: busy * 1_000,
      }
      if (!(await testPlugin(given, (line) => console.log(line)))) process.exitCode = 1
    })
  plugin
    .command('dev')
    .description('run a plugin in the sandbox of a test shop, again with each change')
    .argument('<folder>')
    .action(async (folder: string) => {
      const { devPlugin } = await import('./dev-plugin.ts')
      await devPlugin(config(), resolve(folder), (line) => console.log(line))
    })
  plugin
    .command('try')
    .description('sell something with a plugin in a test shop that is thrown away afterwards')
    .argument('<folder>')
    .action(async (folder: string) => {
      const { tryPlugin } = await import('./try-plugin.ts')
      await tryPlugin(config(), resolve(folder), (line) => console.log(line))
    })
}

function secondsOf(text: string): number {
  const seconds = Number(text)
  if (seconds >= 1 && seconds <= 3_600) return seconds
  throw new InvalidArgumentError('Say a number of seconds from 1 to 3600.')
}

async function askKind(): Promise<string> {
  const kinds = newKinds()
  const screen = createInterface({ input: process.stdin, output: process.stdout })
  try {
    kinds.forEach((kind, at) => console.log(`${at + 1}  ${kind}`))
    // A question whose input ends is never answered.
    const ended = once(screen, 'close').then(() => null)
    const answer = await Promise.race([screen.question(`Which kind? [1] `), ended])
    if (answer === null) throw PluginKindMissing({ known: kinds })
    return kinds[Number(answer.trim() || '1') - 1] ?? answer.trim()
  } finally {
    screen.close()
  }
}
