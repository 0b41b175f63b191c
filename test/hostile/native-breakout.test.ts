// Rule: if the engine itself is broken by a plugin, the attacker sits in a process that owns nothing.
import assert from 'node:assert/strict'
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { after, before, describe, test } from 'node:test'
import { lossOf } from '../../core/plugins/supervisor/host-loss.ts'
import { prepareHostProgram, type HostProgram } from '../../core/plugins/supervisor/host-program.ts'
import { startHost } from '../../core/plugins/supervisor/host.ts'
import { systemProbes } from '../../core/plugins/supervisor/wall-probes.ts'
import { raiseWall, type Wall } from '../../core/plugins/supervisor/wall.ts'

/** What a broken engine may do whatever it likes with: native code, for which no permission of Node holds. */
let data: string
let program: HostProgram
let wall: Wall
before(async () => {
  data = await realpath(await mkdtemp(join(tmpdir(), 'berth-native-')))
  mkdirSync(join(data, 'cache'))
  writeFileSync(join(data, 'keys'), 'the key ring')
  writeFileSync(join(data, 'berth.db'), 'the books')
  program = await prepareHostProgram(join(data, 'cache'))
  wall = await raiseWall(
    'auto',
    systemProbes(() => Promise.resolve(program.room)),
  )
})
after(() => rm(data, { recursive: true }))

/** Runs native code behind the wall in the place of a host process; answers what it printed. */
async function native(script: string): Promise<string> {
  const [command = '', ...args] = [...wall.around(program), '/bin/sh', '-c', script]
  const child = spawn(command, args, { cwd: program.cwd, env: {}, stdio: ['ignore', 'pipe', 'pipe'] })
  const [said, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
  return (said + errors).trim()
}

const SYSTEM = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32']

const hasRoom = () => !wall.missing.includes('room')

/** Processes with this in their command line, as the whole machine sees them. */
const runningWith = (mark: string): number[] =>
  readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return []
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(mark) ? [Number(pid)] : []
    } catch {
      return []
    }
  })

async function gone(mark: string): Promise<number[]> {
  for (let n = 0; n < 100 && runningWith(mark).length > 0; n++) await wait(20)
  return runningWith(mark)
}

/** A program that neither stops nor cares whom it belongs to, and says so in its command line. */
const lasting = (mark: string) =>
  `trap '' TERM HUP INT; /usr/bin/setsid /bin/sh -c 'sleep 600; : ${mark}' & /bin/sh -c 'sleep 600; : ${mark}' & echo up; wait`

describe('native code in the place of a host process', () => {
  test('rule: the attacker sits in a process that owns nothing; outcome: no key, no book and no file of people is read', async (t) => {
    if (!hasRoom()) return t.diagnostic(assertNamed())
    assert.match(await native(`cat ${data}/keys`), /No such file/)
    assert.match(await native(`cat ${data}/berth.db`), /No such file/)
    const paths = [...program.readable, process.execPath, '/usr', '/etc', '/dev', '/proc', '/empty']
    const known = new Set([...paths.map((path) => path.split('/')[1]), ...SYSTEM])
    const seen = (await native('ls -A /')).split('\n')
    assert.deepEqual(
      seen.filter((name) => !known.has(name)),
      [],
    )
    assert.equal(
      await native(`ls -A ${data} ${data}/cache`),
      `${data}:\ncache\n\n${data}/cache:\n${basename(program.file)}`,
    )
    assert.equal(await native('ls /etc'), 'ld.so.cache')
    assert.match(await native('cat /etc/passwd'), /No such file/)
  })

  test('writes nothing', async (t) => {
    if (!hasRoom()) return t.diagnostic(assertNamed())
    assert.match(await native('echo 1 > /empty/x'), /Read-only file system/)
    for (const path of ['/', '/usr/lib', '/etc/ld.so.cache', process.execPath, program.file])
      assert.match(await native(`touch -c ${path}`), /Read-only file system/, path)
  })

  test('sees and ends no process but its own', async (t) => {
    if (!hasRoom()) return t.diagnostic(assertNamed())
    assert.equal(await native('ls /proc; echo $$'), 'mounts\nself\n1')
    assert.match(await native(`kill -0 ${process.pid}`), /No such process/)
    assert.match(await native(`kill -0 ${process.ppid}`), /No such process/)
  })

  test('has no right over its room: nothing is mounted, unmounted or reached behind it', async (t) => {
    if (!hasRoom()) return t.diagnostic(assertNamed())
    const tries = [
      'mount -n -t tmpfs none /empty',
      'umount -c -i -n -l /',
      'chroot /proc/self /bin/true',
      'pivot_root / /empty',
    ]
    for (const one of tries)
      assert.match(
        await native(`PATH=/usr/sbin:/usr/bin:/sbin:/bin; ${one}`),
        /denied|not permitted|must be superuser|failed/,
        one,
      )
    const rights = await native(`PATH=/usr/bin:/bin; setpriv --dump`)
    assert.match(rights, /no_new_privs: 1/)
    assert.match(rights, /Inheritable capabilities: \[none\]/)
    assert.match(rights, /Capability bounding set: \[none\]/)
    // A namespace of its own gives rights over that one alone: what is locked behind stays there.
    const deeper = await native(
      `/usr/bin/unshare --user --map-root-user --mount /bin/sh -c 'umount -c -i -n -l /usr/lib || cat ${data}/keys'`,
    )
    assert.doesNotMatch(deeper, /the key ring/)
  })

  test('reaches no socket of the core: neither by its path nor over loopback', async (t) => {
    if (!hasRoom()) return t.diagnostic(assertNamed())
    let knocked = 0
    const server = createServer(() => void knocked++).listen(0, '127.0.0.1')
    const local = createServer(() => void knocked++).listen(join(data, 'berth.sock'))
    await Promise.all([once(server, 'listening'), once(local, 'listening')])
    const { port } = server.address() as { port: number }
    const code = `const net = require('net'); for (const at of [{ port: ${port} }, { path: '${data}/berth.sock' }, { host: '1.1.1.1', port: 443 }])
      net.connect({ host: '127.0.0.1', ...at }).on('connect', () => console.log('reached')).on('error', (e) => console.log(e.code))`
    const said = await native(`${process.execPath} -e "${code}"`)
    for (const one of [server, local]) one.close()
    assert.deepEqual(said.split('\n').sort(), ['ENETUNREACH', 'ENETUNREACH', 'ENOENT'])
    assert.equal(knocked, 0)
  })

  test('ends with all that it started, also what left its group', async (t) => {
    const mark = `berth-native-${process.pid}`
    const { promise, resolve } = Promise.withResolvers<void>()
    const host = startHost({
      ...{ program, wall: [...wall.around(program), '/bin/sh', '-c', lasting(mark)] },
      ms: () => performance.now(),
      onOutput: () => resolve(),
      onLost: () => undefined,
    })
    await promise
    assert.notEqual(runningWith(mark).length, 0)
    host.kill(lossOf('core_stops'))
    if (hasRoom()) return assert.deepEqual(await gone(mark), [])
    t.diagnostic(assertNamed())
    await wait(500)
    for (const pid of runningWith(mark)) process.kill(pid, 'SIGKILL')
  })

  test('ends with core, however that ends', async (t) => {
    if (!hasRoom()) return t.diagnostic(assertNamed())
    const mark = `berth-orphan-${process.pid}`
    const core = fork(new URL('./core-of-natives.ts', import.meta.url), [
      JSON.stringify([...wall.around(program), '/bin/sh', '-c', lasting(mark)]),
    ])
    await once(core, 'message')
    assert.notEqual(runningWith(mark).length, 0)
    core.kill('SIGKILL')
    await once(core, 'exit')
    assert.deepEqual(await gone(mark), [])
  })
})

/** Where the system gives no room the health page says so, and strict does not start: nothing is promised. */
function assertNamed(): string {
  assert.equal(wall.missing.includes('room'), true)
  return 'this system gives no room'
}
