import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { configKeys } from '../../core/config/index.ts'

const ROOT = join(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(ROOT, 'deploy', file), 'utf8')
const known = new Set(Object.values(configKeys).map(({ env }) => env))

/** "Key=value" lines; a key may come more than once. */
const unit = read('berth.service')
  .split('\n')
  .filter((line) => /^[A-Z]\w+=/.test(line))
  .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const)
const valuesOf = (key: string) => unit.filter(([name]) => name === key).map(([, value]) => value)

test('the unit starts what is there, with settings that Berth knows and the wall on', () => {
  const [start = ''] = valuesOf('ExecStart')
  const [program = '', ...args] = start.split(' ')
  assert.ok(existsSync(program.replace('/opt/berth', ROOT)), start)
  assert.deepEqual(args, ['serve'])
  const environment = valuesOf('Environment').map((text) => text.split('=') as [string, string])
  assert.deepEqual(
    environment.filter(([name]) => !known.has(name)),
    [],
  )
  assert.equal(Object.fromEntries(environment).BERTH_PLUGIN_WALL, 'strict')
  for (const [key, value] of Object.entries({
    ...{ NoNewPrivileges: 'yes', CapabilityBoundingSet: '', ProtectSystem: 'strict', ProtectHome: 'yes' },
    ...{ PrivateTmp: 'yes', PrivateDevices: 'yes', RestrictNamespaces: 'user net mnt pid', UMask: '0077' },
  }))
    assert.deepEqual(valuesOf(key), [value], key)
})

test('where systemd is, it takes the unit as it stands', () => {
  const analyze = ['/usr/bin/systemd-analyze', '/bin/systemd-analyze'].find((path) => existsSync(path))
  const folder = mkdtempSync(join(tmpdir(), 'berth-unit-'))
  try {
    const file = join(folder, 'berth.service')
    writeFileSync(file, read('berth.service').replaceAll('/opt/berth', ROOT))
    // Without systemd its own grammar is what can be held against it: sections, and keys in them.
    if (!analyze)
      return assert.match(readFileSync(file, 'utf8'), /^\[Unit\][^]+^\[Service\][^]+^\[Install\]/m)
    const said = execFileSync(analyze, ['verify', '--man=no', file], { encoding: 'utf8', stdio: 'pipe' })
    assert.equal(said, '')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

interface Compose {
  services: Record<
    string,
    Record<string, unknown> & { environment: Record<string, string>; volumes: string[] }
  >
  volumes: Record<string, unknown>
}

test('compose names only files, volumes and settings that there are, and has the wall on', () => {
  const { services, volumes } = parse(read('compose.yaml')) as Compose
  const berth = services.berth!
  assert.deepEqual(
    Object.keys(berth.environment).filter((name) => !known.has(name)),
    [],
  )
  assert.equal(berth.environment.BERTH_PLUGIN_WALL, 'strict')
  assert.deepEqual([berth.read_only, berth.cap_drop], [true, ['ALL']])
  assert.deepEqual(berth.security_opt, [
    'no-new-privileges:true',
    'seccomp=seccomp.json',
    'apparmor=unconfined',
  ])
  for (const { volumes: mounted } of Object.values(services))
    for (const volume of mounted) assert.ok(volume.split(':')[0]! in volumes, volume)
  const { defaultAction, syscalls } = JSON.parse(read('seccomp.json')) as {
    defaultAction: string
    syscalls: { names: string[]; action: string }[]
  }
  assert.equal(defaultAction, 'SCMP_ACT_ALLOW')
  // What a plugin host needs for its empty network and its room, and what nobody may.
  const refused = syscalls.flatMap(({ names }) => names)
  assert.deepEqual(
    ['unshare', 'clone', 'clone3', 'mount', 'umount2', 'pivot_root'].filter((name) => refused.includes(name)),
    [],
  )
  assert.deepEqual(
    ['fsopen', 'ptrace', 'bpf', 'kexec_load'].filter((name) => !refused.includes(name)),
    [],
  )
})

test('the image runs what the package needs', () => {
  const lines = read('Dockerfile').split('\n')
  for (const [, source] of lines.flatMap((line) => [...line.matchAll(/^COPY (\S+)/g)]))
    if (source !== '.') assert.ok(existsSync(join(ROOT, source!)), source)
  const [, major] = /^FROM node:(\d+)/m.exec(lines.join('\n'))!
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  assert.equal(major, dependencies.node!.split('.')[0])
})
