import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { limitsMemory } from '../../core/plugins/supervisor/memory-limit.ts'
import { raiseWall, type WallProbes } from '../../core/plugins/supervisor/wall.ts'

const whole: WallProbes = {
  withoutNetwork: () => Promise.resolve(['unshare', '--net', '--']),
  filtersCalls: () => true,
  limitsMemory: () => true,
}
const nothing: WallProbes = {
  withoutNetwork: () => Promise.resolve(null),
  filtersCalls: () => false,
  limitsMemory: () => false,
}

describe('the wall around plugin hosts', () => {
  test('is made of what there is, and what is not there is named', async () => {
    assert.deepEqual(await raiseWall('auto', whole), { prefix: ['unshare', '--net', '--'], missing: [] })
    const missing = ['network', 'system_calls', 'memory']
    assert.deepEqual(await raiseWall('auto', nothing), { prefix: [], missing })
    const { prefix } = await raiseWall('auto', { ...nothing, withoutNetwork: whole.withoutNetwork })
    assert.deepEqual(prefix, ['unshare', '--net', '--'])
  })

  test('does not start without any one part of it when it is strict, and says which', async () => {
    assert.deepEqual((await raiseWall('strict', whole)).missing, [])
    const parts: [keyof WallProbes, RegExp][] = [
      ['withoutNetwork', /lacks an empty network namespace \(unshare --net\)\. /],
      ['filtersCalls', /lacks a filter of system calls \(seccomp\)\. /],
      ['limitsMemory', /lacks a limit of memory \(a control group\)\. /],
    ]
    for (const [part, message] of parts)
      await assert.rejects(raiseWall('strict', { ...whole, [part]: nothing[part] }), message)
  })

  test('is not looked for when it is off', async () => {
    const refuses = () => assert.fail('the system was asked')
    const probes = { withoutNetwork: refuses, filtersCalls: refuses, limitsMemory: refuses }
    assert.deepEqual(await raiseWall('off', probes), { prefix: [], missing: [] })
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
