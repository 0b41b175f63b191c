import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { openMeans } from '../../core/app/open-means.ts'
import { openPlugins } from '../../core/app/wire/plugin-host.ts'
import type { Config } from '../../core/config/index.ts'
import { sql } from '../../core/db/index.ts'
import {
  createInstance,
  failureName,
  installPlugin,
  permissionsAsked,
  setPluginStatus,
  stoppedPlugins,
  writePackage,
} from '../../core/plugins/index.ts'
import { testConfig } from '../support/config.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { loadWritten, minimalManifest, reporting } from './support/setup.ts'

const staff = staffActor(['plugin.*', 'plugin_instance.*'])
const SLOW = reporting('console.log("runs"); await new Promise((r) => setTimeout(r, 400)); return "up"')

/** A core as it stands behind its pages: what it opens on its database, and its plugin host. */
async function openCore(config: Config) {
  const opened = await openMeans(config)
  const { means, hooks } = opened
  const plugins = openPlugins({ config, means, hooks, outbound: {} })
  await plugins.start()
  const admin = { ...means, drain: plugins.drain, forgive: plugins.forgive! }
  const ask = async (instance: string): Promise<string> => {
    const answer = await plugins
      .call<{ steps: { detail: string }[] }>(instance, 'gateway', 'test_connection', {})
      .catch((error: { code?: string }) => failureName(error) ?? error.code ?? String(error))
    return typeof answer === 'string' ? answer : answer.steps[0]!.detail
  }
  const stop = async () => {
    await plugins.stop()
    await opened.close()
  }
  return { means, plugins, admin, ask, stop }
}
type Core = Awaited<ReturnType<typeof openCore>>

/** Ends the host in the middle of a call. */
async function loseHost({ ask, plugins, means }: Core, instance: string): Promise<void> {
  const lines = async () => (await means.db.all(sql`select id from plugin_log where message = 'runs'`)).length
  const before = await lines()
  const lost = ask(instance)
  while ((await lines()) === before) await wait(20)
  for (const { pid } of (await plugins.health!()).hosts) if (pid !== undefined) process.kill(pid, 'SIGKILL')
  assert.equal(await lost, 'E_HOST_LOST')
}

for (const engine of engines)
  describe(`a plugin that lost three hosts (${engine})`, { timeout: 60_000 }, async () => {
    const database = await makeDatabase(engine)
    const config = testConfig({ DATABASE_URL: database.url })
    const open: Core[] = []
    const start = async () => {
      const core = await openCore(config)
      open.push(core)
      return core
    }
    const end = async (core: Core) => {
      open.splice(open.indexOf(core), 1)
      await core.stop()
    }
    after(async () => {
      for (const core of [...open]) await end(core)
      await database.remove()
    })
    const audits = ({ means }: Core) =>
      means.db.all(sql`
        select action, actor, subject, reason from audit
        where actor = 'system:plugin_supervisor' order by id`)
    let instance = ''
    let first: Core
    /** Another node. One process alone works on a folder with SQLite. */
    let second: Core

    test('is off in the registry, on the node that lost them and on every other', async () => {
      first = await start()
      second = engine === 'sqlite' ? first : await start()
      const plugin = await loadWritten('unlucky', { code: SLOW })
      const files = {
        'plugin.json': JSON.stringify(minimalManifest('unlucky')),
        'bundle.js': plugin.bundle.code,
      }
      const granted = permissionsAsked(plugin.manifest).map(({ key }) => key)
      const text = { package: writePackage(files, null), granted, allow_unsigned: true }
      await installPlugin(first.admin, text, staff)
      const facts = { plugin_id: 'unlucky', name: 'Unlucky', settings: {} }
      instance = (await createInstance(first.admin, facts, staff)).id
      assert.deepEqual([await first.ask(instance), await second.ask(instance)], ['up', 'up'])
      for (let lost = 1; lost <= 3; lost++) await loseHost(first, instance)
      while ((await audits(first)).length < 2) {
        assert.ok(['E_TRIPPED', 'plugin.off'].includes(await first.ask(instance)))
        await wait(20)
      }
      const reason = 'Its hosts were lost three times.'
      const actor = 'system:plugin_supervisor'
      assert.deepEqual(await audits(first), [
        { action: 'plugin.switch', actor, subject: 'unlucky', reason },
        { action: 'plugin.stop', actor, subject: instance, reason },
      ])
      assert.deepEqual([await first.ask(instance), await second.ask(instance)], ['plugin.off', 'plugin.off'])
      assert.deepEqual(await stoppedPlugins(second.means.db), ['unlucky'])
    })

    test('is still off after a restart', async () => {
      await end(first)
      first = await start()
      if (engine === 'sqlite') second = first
      assert.deepEqual([await first.ask(instance), await second.ask(instance)], ['plugin.off', 'plugin.off'])
    })

    test('runs everywhere once staff turn it on, wherever they do, and one more loss leaves it on', async () => {
      const turn = (core: Core, status: string) =>
        setPluginStatus(core.admin, { plugin_id: 'unlucky', status }, staff)
      await turn(second, 'enabled')
      assert.deepEqual([await first.ask(instance), await second.ask(instance)], ['up', 'up'])
      assert.deepEqual(await stoppedPlugins(first.means.db), [])
      for (let lost = 1; lost <= 3; lost++) await loseHost(first, instance)
      while ((await first.ask(instance)) !== 'plugin.off') await wait(20)
      await turn(second, 'enabled')
      await loseHost(first, instance)
      assert.deepEqual([await first.ask(instance), await second.ask(instance)], ['up', 'up'])
    })

    test('that staff switched off is not said to have lost its hosts', async () => {
      await setPluginStatus(second.admin, { plugin_id: 'unlucky', status: 'disabled' }, staff)
      assert.deepEqual(await stoppedPlugins(second.means.db), [])
    })
  })
