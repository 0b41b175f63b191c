import { createHash } from 'node:crypto'
import type { OutboundMap } from '../broker/fetch.ts'
import type { LoadedPlugin } from '../ports.ts'

/** What a plugin runs in a frame of its own, and what that frame may reach. */
export interface BrowserPart {
  /** The instance's name, as people know it. */
  name: string
  code: string
  /** Of the code alone, so that its address never shows other code. */
  hash: string
  /** Loaded before the code, in this order. */
  scripts: readonly string[]
  origins: Readonly<Record<'script' | 'frame' | 'connect' | 'image', readonly string[]>>
}

/** Null for a plugin that runs nothing in browsers. Hosts that stand on this machine are named as they stand there. */
export function browserPartOf(
  name: string,
  { manifest, bundle: { browser: code } }: LoadedPlugin,
  outbound: OutboundMap,
): BrowserPart | null {
  const grant = manifest.permissions?.browser
  if (grant === undefined || code === undefined) return null
  const mapped = (addresses: readonly string[] = []) => addresses.map((one) => addressNow(one, outbound))
  const originsOf = (addresses: readonly string[]) => [
    ...new Set(addresses.map((one) => new URL(one).origin)),
  ]
  const scripts = mapped(grant.scripts)
  return {
    ...{ name, code, hash: createHash('sha256').update(code).digest('hex') },
    scripts: scripts.filter((address) => new URL(address).pathname !== '/'),
    origins: {
      script: originsOf(scripts),
      frame: originsOf(mapped(grant.frames)),
      connect: originsOf(mapped(grant.connections)),
      image: originsOf(mapped(grant.images)),
    },
  }
}

function addressNow(address: string, outbound: OutboundMap): string {
  const { hostname, pathname } = new URL(address)
  const origin = outbound[`${hostname}:443`] ?? outbound[hostname]
  return origin === undefined ? address : new URL(pathname, origin).href
}
