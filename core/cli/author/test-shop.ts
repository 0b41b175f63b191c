import { randomUUID } from 'node:crypto'
import { findInstallation, withPort } from '../../app/index.ts'
import { refuseReal } from '../../app/develop/index.ts'
import { createApp, type App } from '../../app.ts'
import type { Config } from '../../config/index.ts'
import { openStandIns } from './stand-ins.ts'

export interface TestShop {
  command: App['command']
  /** Where its pages are, if it serves them. */
  address: string
  /** Of the first member of staff; null when the shop was there before. */
  staff: { email: string; password: string } | null
  stop(): Promise<void>
}

/** What the shop is opened with: the folder of the plugin, its stand-ins, and whether it serves pages. */
export interface ShopWish {
  folder: string
  companies: Readonly<Record<string, string>>
  serves: boolean
}

/** Opens the installation of the data folder, or makes a test installation on an empty one. */
export async function openTestShop(given: Config, wish: ShopWish): Promise<TestShop> {
  const config = wish.serves ? await withPort(given) : given
  const companies = await openStandIns(wish.folder, wish.companies)
  try {
    const outbound = { ...config.outbound, ...companies.outbound }
    const role = wish.serves ? 'serve' : 'command'
    const app = await createApp(config, { role, outbound, sameThread: true })
    const stop = async () => {
      await app.stop()
      await companies.stop()
    }
    const staff = await started(app).catch(stopped(app))
    return { command: app.command, address: app.means.publicUrl, staff, stop }
  } catch (error) {
    await companies.stop()
    throw error
  }
}

/** Nothing of a real installation is started, not even to say that it is refused. */
async function started(app: App): Promise<TestShop['staff']> {
  await refuseReal(app.wiring)
  const staff = (await findInstallation(app.means.db)) ? null : await makeShop(app)
  await app.start()
  return staff
}

const stopped = (app: App) => async (error: unknown) => {
  await app.stop()
  throw error
}

async function makeShop(app: App): Promise<{ email: string; password: string }> {
  const staff = { name: 'Developer', email: 'developer@shop.example', password: randomUUID() }
  await app.command('init', { kind: 'test', staff })
  return staff
}
