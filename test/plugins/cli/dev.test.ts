import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPlugin } from '../../../core/cli/author/create-plugin.ts'

const BERTH = join(import.meta.dirname, '../../../bin/berth')

const children: ChildProcess[] = []

/** A process of which a test waits for what it prints. */
class Printing {
  said = ''
  readonly child: ChildProcess
  #read = 0

  constructor(args: readonly string[], data: string) {
    const env = { ...process.env, BERTH_DATA_DIR: data, PORT: '0', LOG_LEVEL: 'error' }
    this.child = spawn(process.execPath, [BERTH, ...args], { env })
    children.push(this.child)
    for (const stream of [this.child.stdout!, this.child.stderr!])
      stream.on('data', (part) => (this.said += String(part)))
  }

  type(line: string): void {
    this.child.stdin!.write(`${line}\n`)
  }

  /** Waits for it among what was not waited for yet. */
  async says(wanted: RegExp, waitMs = 60_000): Promise<RegExpExecArray> {
    const end = performance.now() + waitMs
    for (;;) {
      const found = wanted.exec(this.said.slice(this.#read))
      if (found) {
        this.#read += found.index + found[0].length
        return found
      }
      assert.ok(performance.now() < end && this.child.exitCode === null, `${wanted.source}\n${this.said}`)
      await sleep(5)
    }
  }
}

describe('berth plugin dev beside the sample shop', () => {
  const root = mkdtempSync(join(tmpdir(), 'berth-dev-'))
  const data = join(root, 'data')
  const folder = join(root, 'acme-pay')
  const file = join(folder, 'index.ts')
  let shop: Printing
  let dev: Printing
  let first: string

  const save = (change: (text: string) => string) => writeFileSync(file, change(first))
  const lineOf = (text: string) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .findIndex((line) => line.includes(text)) + 1
  const open = async () => {
    dev = new Printing(['plugin', 'dev', folder], data)
    await dev.says(/acme-pay 0\.1\.0 is loaded/)
    await dev.says(/"quit" ends/)
  }

  /** What the health page says of hosts that are led elsewhere. */
  const diverted = async () => (await new Printing(['health'], data).says(/^.*→.*$/m))[0]

  const listed = async () => {
    const list = new Printing(['plugin', 'list'], data)
    await once(list.child, 'exit')
    return list.said
  }

  before(async () => {
    await createPlugin(folder, 'gateway')
    first = readFileSync(file, 'utf8')
    shop = new Printing(['start'], data)
    await shop.says(/Ctrl-C ends it/, 240_000)
    await open()
  })
  after(() => {
    for (const child of children) child.kill('SIGKILL')
    rmSync(root, { recursive: true, force: true })
  })

  test('the console calls an operation at the stand-in, and shows what the plugin logs', async () => {
    dev.type('')
    dev.type('what?')
    await dev.says(/^gateway\.start_payment\n[\s\S]*^gateway\.test_connection$/m)
    dev.type('gateway.start_payment')
    await dev.says(/"outcome": "needs_client",\n {2}"reference": "ac_\d+"/)
    await dev.says(/^info gateway\.start_payment A payment was opened\. \{"id":"ac_\d+"\}$/m)
    dev.type('gateway.look_up {"payment_id": "nobody"}')
    await dev.says(/"outcome": "absent"/)
  })

  test('a call that cannot be made is refused with the reason', async () => {
    dev.type('gateway.start_payment {"amount": 7}')
    await dev.says(/input for gateway\.start_payment does not fit: amount/)
    for (const typed of ['{', '[]', 'null', 'pay_1']) {
      dev.type(`gateway.look_up ${typed}`)
      await dev.says(/What follows the name is a JSON object/)
    }
    dev.type('gateway.teapot')
    await dev.says(/teapot/)
  })

  test('a save runs within a second, in the median of five', async () => {
    const times: number[] = []
    for (const round of [1, 2, 3, 4, 5]) {
      const from = performance.now()
      save((text) => text.replace('A payment was opened', `Opened in version ${round}`))
      await dev.says(/acme-pay 0\.1\.0 is loaded/)
      times.push(performance.now() - from)
      dev.type('gateway.start_payment')
      await dev.says(new RegExp(`info gateway\\.start_payment Opened in version ${round}\\.`))
    }
    assert.ok(times.sort((a, b) => a - b)[2]! < 1000, `${times.map(Math.round).join(', ')} ms`)
  })

  test('what is thrown leads to the line of TypeScript, also behind a wait and in a function below', async () => {
    save((text) =>
      text.replace('const found = told', "throw new Error('at once')\n        const found = told"),
    )
    await dev.says(/is loaded/)
    dev.type('gateway.look_up')
    await dev.says(/error .*gateway\.look_up: at once/)
    const [, line] = await dev.says(/ {4}at .*look_up \(index\.ts:(\d+):\d+\)/)
    assert.equal(Number(line), lineOf('at once'))

    save((text) => text.replaceAll('/payments?', '/nowhere?'))
    await dev.says(/is loaded/)
    dev.type('gateway.look_up')
    await dev.says(/Acme Pay does not know/)
    const [, thrown, caller] = await dev.says(
      /at index\.ts:(\d+):\d+\n {4}at .*look_up \(index\.ts:(\d+):\d+\)/,
    )
    assert.deepEqual(
      [Number(thrown), Number(caller)],
      [lineOf('throw new Error'), lineOf('const found = told')],
    )
  })

  test('what cannot be bundled is told with its line, the last version goes on, and a good save is loaded', async () => {
    save((text) => `${text}\nbroken {\n`)
    await dev.says(/acme-pay\/index\.ts:\d+:7: ERROR: Expected ";"/)
    dev.type('gateway.look_up {"payment_id": "nobody"}')
    await dev.says(/Acme Pay does not know/)
    save((text) => text)
    await dev.says(/is loaded/)
    dev.type('gateway.look_up {"payment_id": "nobody"}')
    await dev.says(/"outcome": "absent"/)
  })

  test('what a console put in goes with it, while nothing of the shop points to it', async () => {
    dev.type('quit')
    await dev.says(/acme-pay was removed from the shop\./)
    assert.deepEqual(await once(dev.child, 'exit'), [0, null])
    assert.doesNotMatch(await listed(), /acme-pay/)
    await open()
  })

  test('"try" sells something in the sample shop, which ends with a paid invoice', async () => {
    dev.type('try')
    await dev.says(/look_up: succeeded\nInvoice \S+ over 11\.90 EUR is paid\./)
    const shopData = new DatabaseSync(join(data, 'berth.db'), { readOnly: true })
    const trials = shopData.prepare("select status from products where slug like 'trial-%'").all()
    shopData.close()
    assert.deepEqual(
      trials.map(({ status }) => status),
      ['retired'],
      'nobody orders it by its address',
    )
  })

  test('the end of the console, by its word or by Ctrl-C, leads the shop back', async () => {
    dev.type('quit')
    await dev.says(
      /acme-pay stays in the shop, turned off: servers, orders or payments of the shop point to it/,
    )
    assert.deepEqual(await once(dev.child, 'exit'), [0, null])
    assert.match(await listed(), /acme-pay 0\.1\.0 {2}package, disabled/)
    await open()
    // The stand-in is a new one, and the shop still has what the one before was paid.
    dev.type('try')
    await dev.says(/Invoice \S+ over 11\.90 EUR is paid\./)
    const exited = once(dev.child, 'exit')
    dev.child.kill('SIGINT')
    assert.deepEqual(await exited, [0, null])
    const line = await diverted()
    assert.match(line, /api\.stripe\.com → http/)
    assert.doesNotMatch(line, /acme-pay/)
  })

  test('a console that is killed is missed: the shop is led back, and the stand-ins end', async () => {
    await open()
    const origin = /acme-pay\S* → (http:\S+\d)/.exec(await diverted())![1]!
    assert.ok((await fetch(origin)).status < 600)
    dev.child.kill('SIGKILL')
    await once(dev.child, 'exit')
    let line = ''
    for (let i = 0; i < 60 && (i === 0 || line.includes('acme-pay')); i++) line = await diverted()
    assert.match(line, /api\.stripe\.com → http/)
    assert.doesNotMatch(line, /acme-pay/)
    await assert.rejects(fetch(origin))
  })

  test('a shop that ends takes the console along, which says so', async () => {
    await open()
    const exited = once(dev.child, 'exit')
    shop.child.kill('SIGINT')
    assert.deepEqual(await exited, [1, null])
    assert.match(dev.said, /has ended\. Start it again, then run this command again\.\n$/)
  })
})
