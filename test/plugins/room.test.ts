import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { appendFile, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { after, describe, test } from 'node:test'
import { writeWhole } from '../../core/plugins/bundle.ts'
import { enterRoom, prepareRoom } from '../../core/plugins/supervisor/room.ts'
import { systemProbes } from '../../core/plugins/supervisor/wall-probes.ts'
import { raiseWall } from '../../core/plugins/supervisor/wall.ts'

const folder = await mkdtemp(join(tmpdir(), 'berth-room-'))
after(() => rm(folder, { recursive: true }))

const SCRIPT = fileURLToPath(new URL('support/wall-in-folder.ts', import.meta.url))
const MOUNTED = 'mount -t tmpfs -o "$1" none "$2"; exec "$3" "$4" "$2"'

/** What `wall-in-folder.ts` says with its folder mounted so; undefined: this system lets nobody mount anything. */
function wallOn(options: string): { missing: string[]; said: string } | undefined {
  const own = ['--map-root-user', '--mount', '--', '/bin/sh', '-euc', MOUNTED, 'mounted']
  const given = { encoding: 'utf8', env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } } as const
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    [...own, options, folder, process.execPath, SCRIPT],
    given,
  )
  if (/^(unshare|mount): /.test(stderr)) return undefined
  assert.equal(status, 0, stderr)
  return JSON.parse(stdout) as { missing: string[]; said: string }
}

describe('the room of plugin hosts', () => {
  test('is the same where nothing that lies in the data may be run', (t) => {
    const anywhere = wallOn('nosuid,nodev')
    if (!anywhere) return t.diagnostic('this system lets nobody mount anything')
    assert.deepEqual(wallOn('nosuid,nodev,noexec'), anywhere)
  })

  test('is never half written for who enters it while another process prepares it', async () => {
    const { mounts } = await prepareRoom(folder, [])
    const whole = await readFile(mounts, 'utf8')
    await appendFile(mounts, '# of another release\n')
    const reader = await open(mounts)
    await prepareRoom(folder, [])
    assert.equal(await reader.readFile('utf8'), `${whole}# of another release\n`)
    assert.equal(await readFile(mounts, 'utf8'), whole)
    await reader.close()
  })

  test('is drafted beside the drafts of a process of the same number', async () => {
    const file = join(folder, 'drafted')
    const drafts = Array.from({ length: 20 }, (_, n) => `${file}.${process.pid}.${n}.part`)
    await Promise.all(drafts.map((draft) => writeFile(draft, 'half')))
    await writeWhole(file, 'whole')
    assert.equal(await readFile(file, 'utf8'), 'whole')
    for (const draft of drafts) assert.equal(await readFile(draft, 'utf8'), 'half')
  })

  test('that cannot be entered is missed, and the network alone is taken away', async () => {
    const room = { folder: join(folder, 'none'), mounts: join(folder, 'none.fstab') }
    for (const made of [room, undefined]) {
      const wall = await raiseWall(
        'auto',
        systemProbes(() => Promise.resolve(made)),
      )
      assert.equal(wall.missing.includes('room'), true)
      assert.notDeepEqual(wall.around({ room }), enterRoom(room))
      assert.equal(wall.around({ room }).includes('--net'), !wall.missing.includes('network'))
    }
  })
})
