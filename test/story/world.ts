import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onServer, startPostgres } from '../support/postgres.ts'
import { Browser } from './browser.ts'
import { freePort, startProcesses, type Processes } from './processes.ts'

export type Engine = 'sqlite' | 'postgres'

export const STAFF = { email: 'owner@story.example', password: 'long-way-to-the-harbour-71' }
export const PANEL_HOST = 'panel.story.example'

/** An installation with the companies around it, and who looks at it. */
export interface World {
  processes: Processes
  dataDir: string
  /** Origins. */
  shop: string
  stripe: string
  panel: string
  mail: string
  keys: { stripe: string; webhook: string; application: string; client: string }
  staff: Browser
  client: Browser
  end(): Promise<void>
}

/** Makes an empty installation with a movable clock and starts the companies; the shop itself is not open yet. */
export async function makeWorld(engine: Engine): Promise<World> {
  const database = await makeDatabase(engine)
  const port = await freePort()
  const shop = `http://127.0.0.1:${port}`
  const companies = await startCompanies()
  const { stripe, panel } = companies
  const processes = startProcesses({
    BERTH_DATA_DIR: database.folder,
    DATABASE_URL: database.url,
    PORT: String(port),
    BERTH_URL: shop,
    SMTP_URL: companies.smtp,
    BERTH_OUTBOUND: `api.stripe.com=${stripe},${PANEL_HOST}=${panel}`,
    LOG_LEVEL: 'info',
  })
  const end = async () => {
    await processes.end()
    await companies.processes.end()
    await database.end()
  }
  try {
    const names = ['--staff-email', STAFF.email, '--staff-name', 'Story Owner', '--staff-password-stdin']
    await processes.berth(['init', '--test-clock', ...names], STAFF.password)
  } catch (error) {
    await end()
    throw error
  }
  const [staff, client] = [new Browser(shop), new Browser(shop)]
  return { ...companies, processes, dataDir: database.folder, shop, staff, client, end }
}

async function startCompanies() {
  const processes = startProcesses({})
  const [stripe, panel, mail] = await Promise.all([
    processes.company('stripe'),
    processes.company('pterodactyl', ['--install-ms', '0', '--calls-per-minute', '1000000']),
    processes.company('mail'),
  ])
  return {
    processes,
    stripe: String(stripe.url),
    panel: String(panel.url),
    mail: String(mail.url),
    smtp: `smtp://127.0.0.1:${mail.smtpPort}`,
    keys: {
      stripe: String(stripe.secret_key),
      webhook: 'whsec_story',
      application: String(panel.applicationKey),
      client: String(panel.clientKey),
    },
  }
}

interface Database {
  folder: string
  url: string
  end(): Promise<void>
}

async function makeDatabase(engine: Engine): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), 'berth-story-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  if (engine === 'sqlite') return { folder, url: '', end: async () => remove() }
  const server = await startPostgres()
  await onServer(server.url, 'create database story')
  const end = async () => {
    await server.stop()
    remove()
  }
  return { folder, url: `${server.url}/story`, end }
}
