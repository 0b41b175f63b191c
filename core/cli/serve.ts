import {
  createInstallation,
  findInstallation,
  NoInstallation,
  openMeans,
  withPort,
  type InstallationKind,
} from '../app/index.ts'
import { openSampleShop, readFacts, companiesOf, YEAR_DAYS } from '../app/sample/index.ts'
import { createApp, type App, type AppOptions, type Role } from '../app.ts'
import { firstRun } from '../identity/index.ts'
import { maskedConfig, type Config } from '../config/index.ts'
import { welcome } from './welcome.ts'

const STOP_MS = 5_000
const DAY_MS = 86_400_000

/** Runs until SIGTERM or SIGINT. */
export async function serve(given: Config, role: Role, options: AppOptions = {}): Promise<App> {
  const config = role === 'work' ? given : await withPort(given)
  const app = await createApp(config, { ...options, role })
  app.means.log.info({ config: maskedConfig(config), role }, 'Berth starts')
  if (role === 'work') await run(app)
  else {
    await refuseUnmade(app)
    await run(app, () => printToken(app))
  }
  return app
}

/** A real installation would not start again with an outbound map; what this one is to be must be said. */
async function refuseUnmade({ means, wiring }: App): Promise<void> {
  if (Object.keys(wiring.outbound).length > 0 && !(await findInstallation(means.db))) throw NoInstallation({})
}

/**
 * Until somebody has set the installation up, each start opens the set-up page with a new token. Only once we listen:
 * an address at which somebody else answers is of no use, and the token of who does would be gone.
 */
async function printToken({ means }: App): Promise<void> {
  const found = await findInstallation(means.db)
  if (found?.set_up_at) return
  const open = await firstRun(means, found?.kind ?? 'real')
  if (open) console.log(`Set Berth up at ${means.publicUrl}/admin/setup?token=${open.token}`)
}

/** `npm start`: a sample shop on an empty database, with simulated companies; else what is there. */
export async function serveSample(given: Config): Promise<App> {
  const kind = await kindOf(given)
  if (kind !== 'sample') return serve(given, 'serve')
  const started = performance.now()
  const facts = await readFacts(given.dataDir, given.port)
  // The terminal is for people here: the log keeps to what needs them.
  const logLevel = given.logLevel === 'info' ? 'warn' : given.logLevel
  const config: Config = { ...given, port: facts.ports.web, logLevel, sqliteSync: 'off' }
  const companies = companiesOf(config.dataDir, facts)
  const app = await createApp(config, { openOutside: () => Promise.resolve(companies) })
  await run(app)
  await openSampleShop(app, { facts, companies }, console.log)
  console.log(welcome({ config, facts, companies, seconds: (performance.now() - started) / 1_000 }))
  return app
}

/** Writes the row of a sample installation when there is none: everything else is wired by its kind. */
async function kindOf(config: Config): Promise<InstallationKind> {
  const { means, close } = await openMeans(config)
  try {
    const found = await findInstallation(means.db)
    if (!found) await createInstallation(means, 'sample', -YEAR_DAYS * DAY_MS)
    return found?.kind ?? 'sample'
  } finally {
    await close()
  }
}

async function run(app: App, ready?: () => Promise<void>): Promise<void> {
  stopOnSignal(app)
  try {
    await app.start()
    await ready?.()
  } catch (error) {
    await app.stop()
    throw error
  }
  app.means.log.info({}, 'Berth runs')
}

function stopOnSignal(app: App): void {
  let stopping = false
  const stop = () => {
    if (stopping) return
    stopping = true
    setTimeout(() => process.exit(1), STOP_MS).unref()
    void app.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        app.means.log.error({ err: error }, 'Berth could not be stopped in order')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}
