import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { limitsMemory } from '../../core/plugins/supervisor/memory-limit.ts'
import type { BerthError } from '../../core/kernel/index.ts'
import { enterRoom } from '../../core/plugins/supervisor/room.ts'
import { raiseWall, type WallMode, type WallProbes } from '../../core/plugins/supervisor/wall.ts'
import { createWards } from '../../core/plugins/supervisor/wards.ts'
import { fakeGround } from './supervisor/fake-hosts.ts'

const NET = ['unshare', '--net', '--']
const room = { folder: '/cache/room-1', mounts: '/cache/room-1.fstab' }

const whole: WallProbes = {
  roomProblem: () => Promise.resolve(null),
  withoutNetwork: () => Promise.resolve({ prefix: NET }),
  hasOwnNetwork: () => true,
  hasOwnRoom: () => true,
  filtersCalls: () => true,
  limitsMemory: () => true,
}
const nothing: WallProbes = {
  roomProblem: () => Promise.resolve('mount failed: Operation not permitted'),
  withoutNetwork: () => Promise.resolve({ reason: 'unshare failed: Operation not permitted' }),
  hasOwnNetwork: () => false,
  hasOwnRoom: () => false,
  filtersCalls: () => false,
  limitsMemory: () => false,
}
const ALL = ['network', 'room', 'system_calls', 'memory'] as const

const found = async (mode: WallMode, probes: WallProbes) => {
  const { around, missing } = await raiseWall(mode, probes)
  return { prefix: around({ room }), missing }
}

describe('the wall around plugin hosts', () => {
  test('is made of what there is, and what is not there is named, in every mode', async () => {
    for (const mode of ['auto', 'strict'] as const) {
      assert.deepEqual(await found(mode, whole), { prefix: enterRoom(room), missing: [] })
      assert.deepEqual(await found(mode, nothing), { prefix: [], missing: ALL })
      const alone = await found(mode, { ...whole, roomProblem: nothing.roomProblem })
      assert.deepEqual(alone, { prefix: NET, missing: ['room'] })
    }
  })

  test('refuses, when it is strict, any one part that is missing, with why and what to do', async () => {
    const strict = await raiseWall('strict', whole)
    strict.demand(strict.missing)
    const parts: [keyof WallProbes, RegExp][] = [
      [
        'withoutNetwork',
        /\n- an empty network for plugin hosts \(unshare failed: Operation not permitted\): .*unprivileged_userns_clone.*\.\n- files and processes/,
      ],
      [
        'roomProblem',
        /\n- files and processes of their own for plugin hosts \(mount failed: Operation not permitted\): .*RestrictNamespaces=user net mnt pid.*\.\ndeploy/,
      ],
      ['filtersCalls', /\n- a filter of system calls \(seccomp\): "SystemCallFilter=".*\.\ndeploy/],
      ['limitsMemory', /\n- a limit of memory \(a control group\): "MemoryMax=1G".*\.\ndeploy/],
    ]
    for (const [part, message] of parts) {
      // Where no room can be had an empty network is asked for by itself.
      const roomless = part === 'withoutNetwork' ? { roomProblem: nothing.roomProblem } : {}
      const gap = await raiseWall('strict', { ...whole, ...roomless, [part]: nothing[part] })
      assert.throws(() => gap.demand(gap.missing), { code: 'plugin.wall_incomplete', message })
    }
    const auto = await raiseWall('auto', nothing)
    auto.demand(auto.missing)
  })

  test('is not looked for when it is off', async () => {
    const refuses = () => assert.fail('the system was asked')
    const probes = {
      ...{ roomProblem: refuses, withoutNetwork: refuses, hasOwnNetwork: refuses, hasOwnRoom: refuses },
      ...{ filtersCalls: refuses, limitsMemory: refuses },
    }
    assert.deepEqual(await found('off', probes), { prefix: [], missing: [] })
    assert.deepEqual((await raiseWall('off', probes)).missingAround(1), [])
  })
})

describe('a host process', () => {
  const PID = 4711
  const withHost = (probes: WallProbes) => {
    const { ground, means, hosts, lost } = fakeGround()
    const startHost: typeof ground.startHost = (more) => Object.assign(ground.startHost(more), { pid: PID })
    const wards = createWards({ ...means, wall: raiseWall('strict', probes) }, { ...ground, startHost })
    return { wards, hosts, lost }
  }

  test('is not started where a part is missing, and serves where none is', async () => {
    const refused = withHost({ ...whole, limitsMemory: () => false })
    await assert.rejects(refused.wards.host('all'), { code: 'plugin.wall_incomplete' })
    assert.equal(refused.hosts.length, 0)
    const served = withHost(whole)
    assert.equal((await served.wards.host('all')).pid, PID)
    assert.deepEqual(served.lost, [])
  })

  test('is looked at itself, and ended before it gets any code when a part went since the start', async () => {
    const parts = ['hasOwnNetwork', 'hasOwnRoom', 'filtersCalls', 'limitsMemory'] as const
    for (const [n, part] of parts.entries()) {
      const gone = withHost({ ...whole, [part]: (pid: number | 'self') => pid !== PID })
      await assert.rejects(gone.wards.host('all'), (error: BerthError) => {
        assert.deepEqual([error.code, error.params['missing']], ['plugin.wall_incomplete', [ALL[n]]])
        return true
      })
      assert.equal(gone.hosts[0]!.accepting(), false)
      assert.equal(gone.lost.length > 0, true)
      gone.wards.stop()
    }
  })
})

describe('a limit of memory', () => {
  const of = (files: Record<string, string>) => limitsMemory((path) => files[path] ?? null)

  test('is that of the own control group or of one around it', () => {
    const cgroup = { '/proc/self/cgroup': '0::/system.slice/berth.service\n' }
    const max = (path: string, text: string) => ({ [`/sys/fs/cgroup${path}/memory.max`]: text })
    assert.equal(of({ ...cgroup, ...max('/system.slice/berth.service', '1073741824\n') }), true)
    const open = max('/system.slice/berth.service', 'max\n')
    assert.equal(of({ ...cgroup, ...open }), false)
    assert.equal(of({ ...cgroup, ...open, ...max('/system.slice', '2147483648\n') }), true)
  })

  test('is found at the root in a container, whatever its path outside', () => {
    const inside = { '/proc/self/cgroup': '0::/docker/abc\n', '/sys/fs/cgroup/memory.max': '1073741824\n' }
    assert.equal(of(inside), true)
  })

  test('is read in the first version too, where no limit is the highest page there is', () => {
    const cgroup = { '/proc/self/cgroup': '5:cpu,cpuacct:/\n4:memory:/berth\n0::/\n' }
    const limit = '/sys/fs/cgroup/memory/berth/memory.limit_in_bytes'
    assert.equal(of({ ...cgroup, [limit]: '1073741824\n' }), true)
    assert.equal(of({ ...cgroup, [limit]: '9223372036854771712\n' }), false)
  })

  test('is missing where the system has no control groups', () => {
    assert.equal(of({}), false)
  })
})
