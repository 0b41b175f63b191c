import { createHash } from 'node:crypto'
import { lstat, mkdir, readlink, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { writeWhole } from '../bundle.ts'

/**
 * What a host process sees of the machine: system libraries, its own program and two devices, all read-only. No /proc,
 * no home, no data of ours. And it sees no process but its own, so that it can neither look at nor end another.
 */
export interface Room {
  /** Holds an empty file or folder for each thing that is mounted there, so that nothing is made at a start. */
  folder: string
  /** The mounts, in the words of fstab. */
  mounts: string
}

/** Each as a link or a folder, as the system has it. */
const SYSTEM = [
  ...['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'],
  ...['/usr/bin', '/usr/sbin', '/usr/lib', '/usr/lib32', '/usr/lib64', '/usr/libx32'],
]
const FILES = ['/etc/ld.so.cache', process.execPath]
const DEVICES = ['/dev/null', '/dev/urandom']
const READ_ONLY = 'bind,ro,nosuid,nodev'
/** Of what Berth made itself: nobody runs it as it is, and where its folder forbids that, the system lets nobody allow it. */
const NOT_RUN = `${READ_ONLY},noexec`

/**
 * Makes the room of a program that reads these paths ("…/*": a folder). Several processes may do so at once, while others
 * enter. Rooms of other releases stay: a process of one may run beside this one and start a host at any time, and a room
 * is some thirty empty files.
 */
export async function prepareRoom(parent: string, readable: readonly string[]): Promise<Room> {
  const wanted = [...SYSTEM, ...FILES, ...readable.map((path) => path.replace(/\/\*$/, ''))]
  const found = await Promise.all(wanted.map(async (path) => ({ path, is: await kindOf(path) })))
  const links = found.filter(({ is }) => is === 'link')
  const shown = found.filter(({ is }) => is === 'folder' || is === 'file')
  const name = createHash('sha256').update(JSON.stringify(found)).digest('hex').slice(0, 16)
  const folder = join(parent, `room-${name}`)
  const devices = DEVICES.map((path) => ({ path, is: 'file' }))
  for (const { path, is } of [...shown, ...devices, ...EMPTY]) await makePlace(join(folder, path), is)
  for (const { path } of links) await linkAs(await readlink(path), join(folder, path))
  const mounts = `${folder}.fstab`
  const lines = [
    lineOf(folder, folder, NOT_RUN),
    ...shown.map(({ path }) =>
      lineOf(path, join(folder, path), path.startsWith(`${parent}/`) ? NOT_RUN : READ_ONLY),
    ),
    ...DEVICES.map((path) => lineOf(path, join(folder, path), 'bind')),
  ]
  await writeWhole(mounts, `${lines.join('\n')}\n`)
  return { folder, mounts }
}

/** `umount` reads these two before it acts; empty, they name nothing. The last is where the program stands. */
const EMPTY = [
  { path: '/proc/mounts', is: 'file' },
  { path: '/proc/self/mountinfo', is: 'file' },
  { path: '/empty', is: 'folder' },
]

async function kindOf(path: string): Promise<'link' | 'folder' | 'file' | null> {
  const found = await lstat(path).catch(() => null)
  if (found?.isSymbolicLink()) return 'link'
  return found && (found.isDirectory() ? 'folder' : 'file')
}

async function makePlace(path: string, is: string | null): Promise<void> {
  await mkdir(is === 'folder' ? path : dirname(path), { recursive: true })
  if (is === 'file') await writeFile(path, '', { flag: 'a' })
}

async function linkAs(target: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await symlink(target, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
}

/** Blanks would end a field. */
const field = (path: string): string =>
  path.replace(/[\s\\]/g, (mark) => `\\0${mark.charCodeAt(0).toString(8)}`)

const lineOf = (from: string, to: string, options: string): string =>
  `${field(from)} ${field(to)} none ${options} 0 0`

/** Mounts, makes the room the root, lets go of what was the root, and becomes the program, without what a shell says. */
const ENTER = `mount -a -T "$1"
cd "$2"
pivot_root . .
umount -l -c -i -n .
cd /empty
shift 2
exec env -i "$@"`

const TOOLS = 'PATH=/usr/sbin:/usr/bin:/sbin:/bin'

/**
 * Put before a command: it ends with who started it, is first in a namespace of processes that ends with it, has its own
 * network and mounts, and gives up every right over them before it begins.
 */
export const enterRoom = ({ folder, mounts }: Room): string[] => [
  ...['/usr/bin/setpriv', '--pdeathsig', 'KILL', '--'],
  ...['/usr/bin/unshare', '--net', '--mount', '--pid', '--fork', '--kill-child', '--map-root-user', '--'],
  ...['/bin/sh', '-euc', `${TOOLS}\n${ENTER}`, 'room', mounts, folder],
  ...['/usr/bin/setpriv', '--bounding-set=-all', '--inh-caps=-all', '--no-new-privs', '--'],
]
