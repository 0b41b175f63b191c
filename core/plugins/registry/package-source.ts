import { readFile, stat } from 'node:fs/promises'
import { dirname, isAbsolute, resolve, sep } from 'node:path'
import { systemResolver, type Resolver } from '../broker/connect.ts'
import { brokerFetch, type FetchAnswer, type OutboundMap } from '../broker/fetch.ts'
import { plainHost } from '../broker/network.ts'
import { Refusal } from '../broker/refusal.ts'
import { HEADER_BYTES } from '../limits.ts'
import { SourceUnreadable } from '../package/index.ts'

/** Reads lists and packages from where staff said they lie. */
export interface PackageSource {
  /** The text at an https URL or in a file of this machine; refused when it is longer than `bytesMax`. */
  read(address: string, bytesMax: number): Promise<string>
  /** Of the list that was read last, by their SHA-256. */
  readonly pictures: Map<string, string>
}

export interface SourceMeans {
  /** Of sample and test installations: hosts that stand on this machine. */
  outbound?: OutboundMap
  resolver?: Resolver
}

/** Over https it goes the way of the plugins' own requests: public addresses alone, checked before a byte is sent. */
export const packageSource = ({
  outbound = {},
  resolver = systemResolver,
}: SourceMeans = {}): PackageSource => ({
  pictures: new Map(),
  async read(address, bytesMax) {
    try {
      return isRemote(address)
        ? await readRemote(address, bytesMax, { outbound, resolver })
        : await readLocal(address, bytesMax)
    } catch (error) {
      if (error instanceof Refusal) throw SourceUnreadable({ address, reason: error.message })
      throw error
    }
  },
})

export const isRemote = (address: string): boolean => /^[a-z]+:\/\//i.test(address)

async function readRemote(
  address: string,
  bytesMax: number,
  means: { outbound: OutboundMap; resolver: Resolver },
): Promise<string> {
  if (!URL.canParse(address)) throw SourceUnreadable({ address, reason: 'it is not a URL' })
  const { hostname, port } = new URL(address)
  const rule = {
    ...{ host: plainHost(hostname), ports: [port === '' ? 443 : Number(port)] },
    ...{ secrets: [], querySecrets: [], redirects: true, trusted: [] },
  }
  const answer = await brokerFetch(
    {
      isOwnHost: () => Promise.resolve(false),
      ...means,
      rules: [rule],
      secrets: { mark: '', grants: [], resolve: () => Promise.resolve(undefined) },
      sizes: { request: 0, response: bytesMax, headers: HEADER_BYTES },
      signal: AbortSignal.timeout(READ_MS),
      onAct: () => undefined,
    },
    { url: address, method: 'GET', headers: [['accept', 'application/json']], redirect: 'follow' },
  )
  if (answer.status !== 200) throw SourceUnreadable({ address, reason: `it answers ${answer.status}` })
  return textOf(answer)
}

const READ_MS = 30_000

const textOf = ({ body }: FetchAnswer): string => {
  if (body === undefined) return ''
  return 'text' in body ? body.text : Buffer.from(body.base64, 'base64').toString('utf8')
}

/** Says nothing of what stands in the file, so that nobody reads others with it. */
async function readLocal(path: string, bytesMax: number): Promise<string> {
  const refused = (reason: string) => SourceUnreadable({ address: path, reason })
  if (!isAbsolute(path)) throw refused('it is neither an https URL nor a whole path')
  const found = await stat(path).catch(() => null)
  if (!found?.isFile()) throw refused('there is no such file')
  if (found.size > bytesMax) throw refused(`it is larger than ${bytesMax} bytes`)
  return readFile(path, 'utf8').catch(() => {
    throw refused('Berth may not read it')
  })
}

/** Where a package of a list lies. From a file no path leads out of the folder of its list. */
export function addressBeside(list: string, address: string): string {
  if (isRemote(address)) return address
  if (isRemote(list)) return new URL(address, list).href
  const folder = dirname(list)
  const path = resolve(folder, address)
  if (!path.startsWith(folder + sep)) throw SourceUnreadable({ address, reason: 'it leads out of the list' })
  return path
}
