import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Web } from '../test/support/web.ts'
import { median, report, type Judged } from './figure.ts'
import { load } from './load.ts'
import { openShop, type Page } from './pages/open-shop.ts'
import { benchStatements } from './statements.ts'

const ROUNDS = 5

/** Pages as their readers ask for them, signed in, in requests a CPU second beside a bare server, in turns. Uncompressed. */
export async function benchPages(): Promise<Judged[]> {
  const folder = mkdtempSync(join(tmpdir(), 'berth-bench-'))
  const { web, pages, close } = await openShop(folder)
  const bare = createServer((_request, response) => response.end('hello'))
  await new Promise<void>((done) => bare.listen(0, '127.0.0.1', done))
  const bareAddress = `http://127.0.0.1:${(bare.address() as AddressInfo).port}/`
  const judged: Judged[] = []
  const tails: number[] = []
  for (const [group, least] of [
    ['lists', 0.08],
    ['dashboards', 0.05],
  ] as const) {
    const grouped = pages.filter((page) => page.group === group)
    const { ratio, value, baseline, tail } = await measure(web, grouped, bareAddress)
    const bar = { of: 'ratio', least } as const
    judged.push(report({ name: `pages_${group}`, value, unit: 'requests/CPU-s', baseline, ratio, bar }))
    tails.push(tail)
  }
  const worst = Math.max(...tails)
  judged.push(
    report({ name: 'pages_p99_over_p50', value: worst, unit: 'times', bar: { of: 'value', most: 4 } }),
  )
  judged.push(await benchStatements())
  bare.close()
  await close()
  rmSync(folder, { recursive: true, force: true })
  return judged
}

/** The slowest page of the group decides. */
async function measure(web: Web, pages: readonly Page[], bare: string) {
  const rates = new Map<string, number[]>(pages.map((page) => [page.name, []]))
  const tails = new Map<string, number[]>(pages.map((page) => [page.name, []]))
  const base: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    base.push((await load(bare)).perCpuSecond)
    for (const page of pages) {
      const { perCpuSecond, p50, p99 } = await load(web.address + page.path, { cookie: page.cookies })
      rates.get(page.name)!.push(perCpuSecond)
      tails.get(page.name)!.push(p99 / Math.max(p50, 1))
    }
  }
  const baseline = median(base)
  for (const [name, values] of rates)
    console.log(
      JSON.stringify({
        page: name,
        value: Math.round(median(values)),
        ratio: Number((median(values) / baseline).toFixed(3)),
        p99_over_p50: Number(median(tails.get(name)!).toFixed(2)),
      }),
    )
  const value = Math.min(...[...rates.values()].map(median))
  const tail = Math.max(...[...tails.values()].map(median))
  return { value, baseline, ratio: value / baseline, tail }
}
