import type { Command } from 'commander'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { Config } from '../config/index.ts'
import { addWriting } from './author/index.ts'
import { addGranting } from './grant-plugin.ts'
import { installByHand, type Inspected, type InstallOptions } from './install-plugin.ts'
import { removeByHand } from './remove-plugin.ts'
import { runCommand, type Call } from './run-command.ts'

/** `berth plugin …`: what authors do needs no installation; what administrators do runs in the core. */
export function addPlugins(program: Command, config: () => Config): void {
  const plugin = program.command('plugin').description('plugins: for authors and administrators')
  addWriting(plugin, config)
  addAuthoring(plugin, config)
  addListing(plugin)
  addInstalling(plugin, config)
}

function addAuthoring(plugin: Command, config: () => Config): void {
  plugin
    .command('keygen')
    .description('make the key with which you sign your plugins')
    .argument('<file>', 'where the private key goes; the file must not be there yet')
    .action(async (file: string) => {
      const { fingerprint, makeAuthorKey } = await import('../plugins/index.ts')
      const { privatePem, publicKey } = makeAuthorKey()
      writeFileSync(file, privatePem, { mode: 0o600, flag: 'wx' })
      console.log(
        `Your private key is in ${file}. Keep it to yourself, and keep a copy: it cannot be made again.`,
      )
      console.log(`Tell people its fingerprint: ${fingerprint(publicKey)}`)
    })
  plugin
    .command('pack')
    .description('make the package of a plugin’s folder')
    .argument('<folder>')
    .option('-o, --out <file>', 'where to write it')
    .action(async (folder: string, { out }: { out?: string }) => {
      const { packFolder, readPackage } = await import('../plugins/index.ts')
      const text = await packFolder(resolve(folder), join(config().dataDir, 'cache'))
      const { id, version } = readPackage(text).manifest
      const file = out ?? `${id}-${version}.berth-plugin`
      writeFileSync(file, text)
      console.log(`${basename(file)}: ${id} ${version}, not signed yet`)
    })
  plugin
    .command('sign')
    .description('sign a package')
    .argument('<file>')
    .requiredOption('--key <file>', 'your private key')
    .action(async (file: string, { key }: { key: string }) => {
      const { fingerprint, readPackage, signPackage } = await import('../plugins/index.ts')
      const text = signPackage(readPackage(readFileSync(file, 'utf8')), readFileSync(key, 'utf8'))
      writeFileSync(file, text)
      console.log(`Signed by ${fingerprint(readPackage(text).signature!.key)}`)
    })
  plugin
    .command('verify')
    .description('check a package and its signature; exits 1 when it must not be used')
    .argument('<file>')
    .action(async (file: string) => {
      const { fingerprint, readPackage, signatureFits } = await import('../plugins/index.ts')
      const found = readPackage(readFileSync(file, 'utf8'))
      const { id, version } = found.manifest
      if (!found.signature) return fail(`${id} ${version}: every file is whole, but nobody has signed it.`)
      if (!signatureFits(found, found.signature)) return fail(`${id} ${version}: the signature does not fit.`)
      console.log(`${id} ${version}: whole, signed by ${fingerprint(found.signature.key)}`)
    })
}

/** Makes the list that "Look into the list" of the staff pages reads. */
function addListing(plugin: Command): void {
  plugin
    .command('index')
    .description('sign a list of packages, for others to install from')
    .argument('<packages...>', 'files beside which the list will lie')
    .requiredOption('--key <file>', 'your private key, as keeper of the list')
    .requiredOption('--name <name>', 'how the list is called')
    .option('-o, --out <file>', 'where to write it', 'index.json')
    .action(async (packages: string[], { key, name, out }: ListOptions) => {
      const { entryOf, fingerprint, readIndex, readPackage, writeIndex } = await import('../plugins/index.ts')
      const plugins = packages.map((file) => {
        const text = readFileSync(file, 'utf8')
        return entryOf({ text, found: readPackage(text), address: basename(file) })
      })
      const text = writeIndex({ name, plugins }, readFileSync(key, 'utf8'))
      writeFileSync(out, text)
      console.log(`${basename(out)}: ${plugins.length} plugins, kept by ${fingerprint(readIndex(text).key)}`)
    })
}

interface ListOptions {
  key: string
  name: string
  out: string
}

function addInstalling(plugin: Command, config: () => Config): void {
  const ask = (call: Call) => runCommand(config(), call, (line) => console.log(line))
  plugin
    .command('inspect')
    .description('say what a package is, who signed it and what it asks for')
    .argument('<file>', 'a package, or the folder of a plugin')
    .action(async (file: string) => {
      const input = { text: await packageText(file, config) }
      print((await ask({ name: 'plugin.inspect', input })) as Inspected)
    })
  plugin
    .command('install')
    .description('install a package, or put it in the place of an older one')
    .argument('<file>', 'a package, or the folder of a plugin, of which an unsigned one is made')
    .option('--grant', 'grant everything that it asks for')
    .option('--allow-unsigned', 'take the risk that somebody else changed it')
    .option('--allow-lower', 'go back to a lower version')
    .option('--accept-author <fingerprint>', 'trust another author than until now')
    .action(async (file: string, options: InstallOptions) => {
      const text = await packageText(file, config)
      const found = (await ask({ name: 'plugin.inspect', input: { text } })) as Inspected
      print(found)
      if (!options.grant && found.asked.length > 0)
        return fail('Nothing was installed. Say --grant when all of this is right.')
      await installByHand(ask, { text, found, options })
      const next = found.installed ? '' : ` Set it up in the admin area: /admin/plugins/${found.id}/new`
      console.log(`${found.id} ${found.version} is installed.${next}`)
    })
  addGranting(plugin, ask)
  addManaging(plugin, ask)
  addMoving(plugin, ask)
}

async function packageText(file: string, config: () => Config): Promise<string> {
  if (!statSync(file).isDirectory()) return readFileSync(file, 'utf8')
  const { packFolder } = await import('../plugins/index.ts')
  return packFolder(resolve(file), join(config().dataDir, 'cache'))
}

/** What an instance has, from one installation to another, or kept beside the backup. */
function addMoving(plugin: Command, ask: (call: Call) => Promise<unknown>): void {
  plugin
    .command('export')
    .description('write settings and stored data of an instance to a file; no secrets')
    .argument('<instance>')
    .argument('<file>')
    .action(async (instance_id: string, file: string) => {
      const data = (await ask({ name: 'plugin.export', input: { instance_id } })) as { storage: unknown[] }
      writeFileSync(file, `${JSON.stringify(data, null, 1)}\n`, { mode: 0o600 })
      console.log(`${basename(file)}: its settings and ${data.storage.length} entries, without secrets`)
    })
  plugin
    .command('import')
    .description('put such a file in the place of what an instance of the same plugin and version has')
    .argument('<instance>')
    .argument('<file>')
    .action(async (instance_id: string, file: string) => {
      const data = JSON.parse(readFileSync(file, 'utf8')) as unknown
      const done = (await ask({ name: 'plugin.import', input: { instance_id, data } })) as {
        taken: number
        left_out: number
      }
      const gone = done.left_out > 0 ? `; ${done.left_out} stood beside records that are not here` : ''
      console.log(`${done.taken} entries are in place${gone}.`)
    })
}

function addManaging(plugin: Command, ask: (call: Call) => Promise<unknown>): void {
  const switched = (name: string, status: string, says: string) =>
    plugin
      .command(name)
      .description(says)
      .argument('<plugin>')
      .action(
        async (id: string) => void (await ask({ name: 'plugin.switch', input: { plugin_id: id, status } })),
      )
  switched('disable', 'disabled', 'call none of its instances any more; what waits for it waits')
  switched('enable', 'enabled', 'call it again')
  plugin
    .command('list')
    .description('what is installed')
    .action(async () => {
      const rows = (await ask({ name: 'plugin.list', input: {} })) as Listed[]
      for (const { id, version, source, status, instances } of rows) {
        console.log(`${id} ${version}  ${source}, ${status}`)
        for (const line of instances) console.log(`  ${line}`)
      }
    })
  plugin
    .command('roll-back')
    .description('go back to the version that was installed before')
    .argument('<plugin>')
    .action(async (id: string) => {
      const { version } = (await ask({ name: 'plugin.roll_back', input: { plugin_id: id } })) as {
        version: string
      }
      console.log(`${id} ${version} runs again.`)
    })
  plugin
    .command('remove')
    .description('remove it with the settings, secrets, storage and logs of its instances')
    .argument('<plugin>')
    .option('--yes', 'remove it without asking')
    .action(async (id: string, { yes = false }: { yes?: boolean }) => {
      if (!(await removeByHand(ask, { id, yes }, (line) => console.log(line)))) process.exitCode = 1
    })
  plugin
    .command('logs')
    .description('the last lines of a plugin or of one instance')
    .argument('<id>')
    .option('-n, --lines <count>', 'how many', (text) => Number.parseInt(text, 10), 50)
    .action(async (id: string, { lines }: { lines: number }) => {
      const rows = (await ask({ name: 'plugin.logs', input: { id, lines } })) as LogLine[]
      for (const { occurred_at, instance_id, level, operation, message } of rows.reverse())
        console.log(`${occurred_at} ${instance_id} ${level} ${operation ?? ''} ${message}`)
    })
}

interface Listed {
  id: string
  version: string
  source: string
  status: string
  instances: string[]
}

interface LogLine {
  occurred_at: string
  instance_id: string
  level: string
  operation: string | null
  message: string
}

function print({ id, name, version, author, installed, asked, added }: Inspected): void {
  console.log(`${name} (${id}) ${version}${installed ? `, in place of ${installed}` : ''}`)
  console.log(author ? `Signed by ${author}` : 'Not signed: anybody may have changed it on the way to you.')
  if (asked.length > 0) console.log('Asks for ("!" is grave, "+" is new):')
  for (const line of asked) console.log(` ${added.includes(line) && installed ? '+' : ' '}${line}`)
}

function fail(message: string): void {
  console.error(message)
  process.exitCode = 1
}
