import { findInstallation, wired } from '../app/index.ts'
import { createApp, type App, type AppOptions, type Role } from '../app.ts'
import { maskedConfig, type Config } from '../config/index.ts'

const STOP_MS = 5_000

/** Runs until SIGTERM or SIGINT. */
export async function serve(config: Config, role: Role, options: AppOptions = {}): Promise<App> {
  const app = await createApp(config, { ...options, role })
  app.means.log.info({ config: maskedConfig(config), role }, 'Berth starts')
  await run(app)
  return app
}

/** `npm start`: a sample shop on an empty database, with stand-ins for the outside companies; else what is there. */
export async function serveSample(config: Config): Promise<App> {
  const { openOutside } = wired
  const app = await createApp(config, openOutside ? { openOutside } : {})
  if (!(await findInstallation(app.means.db))) await app.command('init', { kind: 'sample', staff: null })
  await run(app)
  return app
}

async function run(app: App): Promise<void> {
  stopOnSignal(app)
  try {
    await app.start()
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
