import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { createSupervisor } from '../../../core/plugins/supervisor/supervisor.ts'
import { fakeGround, poolCall, poolStart } from './fake-hosts.ts'

const of = (instance: string) => ({ instance, ward: 'all', start: poolStart() })

/** An instance that was running when its host ended, and one that was not. */
async function suspected() {
  const fake = fakeGround(false)
  const losses: string[] = []
  const supervisor = createSupervisor(
    { ...fake.means, onHostLost: (instance) => void losses.push(instance) },
    fake.ground,
  )
  const run = (instance: string) => supervisor.run(of(instance), poolCall())
  const idle = run('plg_idle')
  while (fake.hosts[0]?.calls.length !== 1) await setImmediate()
  fake.hosts[0].answer()
  assert.equal((await idle).end, 'done')
  const lost = run('plg_busy')
  while (fake.hosts[0].calls.length !== 1) await setImmediate()
  fake.hosts[0].lose()
  assert.deepEqual(await lost, { end: 'host_lost' })
  assert.deepEqual(losses, ['plg_busy'])
  const answering = async (instance: string, ok = true) => {
    const running = run(instance)
    for (;;) {
      const host = fake.hosts.find(({ calls }) => calls.length > 0)
      host?.answer(ok)
      if (host) return running
      await setImmediate()
    }
  }
  return { fake, supervisor, answering }
}

const wardsOf = (supervisor: { running(): { ward: string }[] }) =>
  supervisor.running().map(({ ward }) => ward)

test('whoever ran when a host ended runs in a host of its own until 100 calls went well', async () => {
  const { supervisor, answering } = await suspected()
  assert.deepEqual(supervisor.suspects(), ['plg_busy'])
  for (let n = 1; n < 100; n++) assert.equal((await answering('plg_busy')).end, 'done')
  assert.deepEqual(supervisor.suspects(), ['plg_busy'])
  assert.deepEqual(wardsOf(supervisor), ['all', 'suspect plg_busy'])
  await answering('plg_idle')
  await answering('plg_busy')
  assert.deepEqual(supervisor.suspects(), [])
  await answering('plg_busy')
  assert.deepEqual(wardsOf(supervisor), ['all'])
  supervisor.stop()
})

test('a suspect whose own host ends begins its 100 calls anew, and nobody else is touched', async () => {
  const { fake, supervisor, answering } = await suspected()
  for (let n = 1; n <= 60; n++) await answering('plg_busy')
  const again = supervisor.run(of('plg_busy'), poolCall())
  let own = fake.hosts.find(({ calls }) => calls.length > 0)
  while (!own) {
    await setImmediate()
    own = fake.hosts.find(({ calls }) => calls.length > 0)
  }
  own.lose()
  assert.deepEqual(await again, { end: 'host_lost' })
  for (let n = 1; n <= 99; n++) await answering('plg_busy')
  assert.deepEqual(supervisor.suspects(), ['plg_busy'])
  await answering('plg_busy')
  assert.deepEqual(supervisor.suspects(), [])
  supervisor.stop()
})
