import type { Command } from 'commander'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import type { Config } from '../../config/index.ts'
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
    .description('run the tests of a plugin, and the conformance kit of its kinds')
    .argument('<folder>')
    .action(async (folder: string) => {
      const { testPlugin } = await import('./test-plugin.ts')
      const given = { folder: resolve(folder), cacheFolder: join(config().dataDir, 'cache') }
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

async function askKind(): Promise<string> {
  const kinds = newKinds()
  const screen = createInterface({ input: process.stdin, output: process.stdout })
  try {
    kinds.forEach((kind, at) => console.log(`${at + 1}  ${kind}`))
    const answer = (await screen.question(`Which kind? [1] `)).trim()
    return kinds[Number(answer || '1') - 1] ?? answer
  } finally {
    screen.close()
  }
}
