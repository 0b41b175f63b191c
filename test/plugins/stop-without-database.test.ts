import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { openMeans } from '../../core/app/open-means.ts'
import { openPlugins } from '../../core/app/wire/plugin-host.ts'
import { silentLog } from '../../core/log/index.ts'
import { createInstance, installPlugin, permissionsAsked, writePackage } from '../../core/plugins/index.ts'
import { testConfig } from '../support/config.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { loadWritten, minimalManifest, reporting } from './support/setup.ts'

const staff = staffActor(['plugin.*', 'plugin_instance.*'])

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

for (const engine of engines)
  describe(`a stop while the database is away (${engine})`, { timeout: 60_000 }, () => {
    test('ends the plugin hosts all the same, and says what was not written', async (t) => {
      const database = await makeDatabase(engine)
      t.after(database.remove)
      const { means, hooks, close } = await openMeans(testConfig({ DATABASE_URL: database.url }))
      const warned: string[] = []
      const log = { ...silentLog, warn: (_facts: object, text: string) => void warned.push(text) }
      // Whoever may stand beside others tells them of its hosts, and takes that back when it stops.
      const config = testConfig({ DATABASE_URL: 'postgres://beside.example/berth' })
      const from = { config, means: { ...means, log }, hooks, outbound: {}, role: 'work' as const }
      const plugins = openPlugins(from)
      await plugins.start()
      const admin = { ...means, drain: plugins.drain, forgive: plugins.forgive! }
      const plugin = await loadWritten('steady', { code: reporting('return "up"') })
      const files = {
        'plugin.json': JSON.stringify(minimalManifest('steady')),
        'bundle.js': plugin.bundle.code,
      }
      const granted = permissionsAsked(plugin.manifest).map(({ key }) => key)
      await installPlugin(admin, { package: writePackage(files, null), granted, allow_unsigned: true }, staff)
      const { id } = await createInstance(admin, { plugin_id: 'steady', name: 'Steady', settings: {} }, staff)
      await plugins.call(id, 'gateway', 'test_connection', {})
      const pids = (await plugins.health!()).hosts.flatMap(({ pid }) => pid ?? [])
      t.after(() => pids.filter(runs).forEach((pid) => process.kill(pid, 'SIGKILL')))
      assert.deepEqual(pids.map(runs), [true])

      await close()
      await plugins.stop()
      while (pids.some(runs)) await wait(20)
      assert.ok(warned.includes('what was told of the health of plugins was not taken back'))
    })
  })
