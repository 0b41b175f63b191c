import { createInterface } from 'node:readline'
import { join } from 'node:path'
import type { Draft } from '../../app/develop/index.ts'
import type { App } from '../../app.ts'
import type { Config } from '../../config/index.ts'
import { BerthError } from '../../kernel/index.ts'
import { mapPlugin, packFolder, readPackage, type Manifest } from '../../plugins/index.ts'
import { runCommand } from '../run-command.ts'
import { develop, readDevFile, type DevFile } from './dev-file.ts'
import { linkSdk } from './link-sdk.ts'
import { linesOf, sayLines } from './plugin-log.ts'
import { openStandIns, type StandIns } from './stand-ins.ts'
import { openTestShop, type TestShop } from './test-shop.ts'
import { watchFolder } from './watch-folder.ts'

type Say = (line: string) => void

/** A plugin that is being written, in a shop. */
interface Session {
  folder: string
  cache: string
  command: App['command']
  say: Say
  /** What runs now; null until the first version that can be loaded. */
  draft: (Draft & { manifest: Manifest; dev: DevFile; map: Promise<string> }) | null
  lastLine: string
}

const TAIL_MS = 250

/** Runs a plugin in the sandbox of a test shop, again with each change of its folder, until its console is closed. */
export async function devPlugin(config: Config, folder: string, say: Say): Promise<void> {
  linkSdk(folder)
  const shop = await shopFor(config, folder, say)
  const cache = join(config.dataDir, 'cache')
  const session: Session = { folder, cache, command: shop.command, say, draft: null, lastLine: '' }
  await reload(session)
  if (session.draft)
    session.lastLine = (await linesOf(shop.command, session.draft.instance_id, 1))[0]?.id ?? ''
  const watcher = watchFolder(folder, () => reload(session))
  const lost = new AbortController()
  const tail = setInterval(
    () => void tellLines(session).catch((error: unknown) => lost.abort(error)),
    TAIL_MS,
  )
  try {
    await listen(session, lost.signal)
  } finally {
    watcher.close()
    clearInterval(tail)
    if (!lost.signal.aborted) await leave(session)
    await shop.stop()
  }
}

/** The shop that runs on the data folder, or one of its own. */
async function shopFor(
  config: Config,
  folder: string,
  say: Say,
): Promise<Pick<TestShop, 'command' | 'stop'>> {
  const { companies } = readDevFile(folder)
  const quiet: Config = { ...config, logLevel: config.logLevel === 'info' ? 'error' : config.logLevel }
  try {
    const shop = await openTestShop(quiet, { folder, companies, serves: true })
    say(`The shop of ${config.dataDir} runs on ${shop.address}.`)
    if (shop.staff) say(`Staff sign in at /admin as ${shop.staff.email} with ${shop.staff.password}`)
    return shop
  } catch (error) {
    if (!(error instanceof BerthError && error.code === 'process.already_running')) throw error
  }
  say(`The shop that runs on ${config.dataDir} is used.`)
  const command: App['command'] = (name, input, told = say) =>
    runCommand(config, { name, input, running: true }, told)
  return lead(command, await openStandIns(folder, companies))
}

/** Leads the shop that runs to the stand-ins, until it is stopped; a process that is killed is missed by the shop. */
async function lead(
  command: App['command'],
  companies: StandIns,
): Promise<Pick<TestShop, 'command' | 'stop'>> {
  const { pid } = process
  try {
    await command('plugin.divert', { hosts: companies.outbound, pid })
    const stop = async () => {
      // A shop that has ended leads nobody any more.
      await command('plugin.lead_back', { pid }).catch(() => undefined)
      await companies.stop()
    }
    return { command, stop }
  } catch (error) {
    await companies.stop()
    throw error
  }
}

async function reload(session: Session): Promise<void> {
  const { folder, cache, command, say } = session
  const from = performance.now()
  try {
    const dev = readDevFile(folder)
    const text = await packFolder(folder, cache)
    const { manifest } = readPackage(text)
    const wish = { package: text, settings: dev.settings, server: dev.server }
    const draft = await develop(command, folder, wish)
    // Lines of the version before lead to places in it.
    await tellLines(session)
    const map = mapPlugin(folder)
    map.catch(() => undefined)
    session.draft = { ...draft, manifest, dev, map }
    say(`${manifest.id} ${manifest.version} is loaded (${Math.round(performance.now() - from)} ms).`)
  } catch (error) {
    say(messageOf(error))
    // A shop that refuses altogether will not change its mind.
    if (error instanceof BerthError && error.code === 'plugin.develop_refused') throw error
  }
}

async function tellLines(session: Session): Promise<void> {
  const { draft, command, say } = session
  if (!draft) return
  const news = (await linesOf(command, draft.instance_id, 100)).filter(({ id }) => id > session.lastLine)
  session.lastLine = news[0]?.id ?? session.lastLine
  await sayLines(news, draft.map, say)
}

/** Without its stand-ins it would only fail in a shop that goes on, before whoever wants to pay or waits for a server. */
async function leave({ draft, command, say }: Session): Promise<void> {
  if (!draft) return
  try {
    say((await command('plugin.leave', { plugin_id: draft.manifest.id })) as string)
  } catch (error) {
    say(messageOf(error))
  }
}

/** What may be typed; a schedule is called like an operation. */
function namesOf({ kinds, permissions }: Manifest): string[] {
  const operations = Object.entries(kinds).flatMap(([kind, names]) => names.map((one) => `${kind}.${one}`))
  return [...operations, ...(permissions?.schedules ?? []).map(({ name }) => `schedule.${name}`)]
}

function helpOf(draft: Session['draft']): string {
  const [name] = draft ? namesOf(draft.manifest) : ['gateway.start_payment']
  const calls = name
    ? `${name} {…}   calls an operation`
    : 'It has no operation to call: its hooks hear the shop'
  return `${calls}; "try" sells something; "quit" ends`
}

/** Ends with "quit", a closed terminal, or the shop. */
async function listen(session: Session, lost: AbortSignal): Promise<void> {
  session.say(helpOf(session.draft))
  const lines = createInterface({ input: process.stdin })
  // Ctrl-C or a closed terminal ends the console as "quit" does, so that the shop is stopped or led back.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => lines.close())
  lost.addEventListener('abort', () => lines.close())
  for await (const line of lines) {
    const text = line.trim()
    if (text === 'quit') break
    if (text !== '') await answer(session, text).catch((error: unknown) => session.say(messageOf(error)))
  }
  lost.throwIfAborted()
  await tellLines(session)
  // An open pipe would keep the process.
  process.stdin.destroy()
}

async function answer({ draft, command, say }: Session, text: string): Promise<void> {
  if (!draft) return say('Nothing is loaded yet.')
  const { instance_id, server_id, manifest, dev } = draft
  if (text === 'try') return void (await command('plugin.try', { instance_id, product: dev.product }, say))
  const [, kind, operation, given] = /^([a-z_]+)\.(\S+)\s*(.*)$/.exec(text) ?? []
  if (!kind || !operation) {
    namesOf(manifest).forEach(say)
    return say(helpOf(draft))
  }
  const preset = dev.inputs[`${kind}.${operation}`] ?? dev.inputs[kind] ?? {}
  const typed = typedFields(given || '{}')
  if (typed === null) return say(NO_OBJECT)
  const input = { ...preset, ...typed }
  say(
    JSON.stringify(await command('plugin.call', { instance_id, server_id, kind, operation, input }), null, 2),
  )
}

const NO_OBJECT =
  'What follows the name is a JSON object, and takes the place of what dev.json says: {"domain": "example.com"}'

function typedFields(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && !Array.isArray(value) ? value : null
  } catch {
    return null
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
