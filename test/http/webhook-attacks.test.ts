import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { bodyShelf } from '../../core/http/chain/body-shelf.ts'
import { sql } from '../../core/db/index.ts'
import { makeGateway } from '../billing/support.ts'
import { makeDatabase, type TestDatabase } from '../support/databases.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { startWeb, type Web } from '../support/web.ts'

const MANIFEST = { name: 'T', kinds: { gateway: ['handle_event'] }, webhooks: [{ scheme: 'none' }] }
/** Less than a delivery may have. */
const ALMOST = 500 * 1024

describe('the address of webhooks under attack', () => {
  let database: TestDatabase
  let means: TestMeans
  let web: Web
  let path = ''
  let port = 0
  before(async () => {
    database = await makeDatabase('sqlite')
    means = testMeans(database.db)
    const gateway = await makeGateway(means)
    await means.db.run(
      sql`update plugins set manifest = ${JSON.stringify(MANIFEST)} where id = ${gateway.plugin_id}`,
    )
    path = `/webhooks/${gateway.id}`
    web = await startWeb(means)
    port = Number(new URL(web.address).port)
  })
  after(async () => {
    await web.close()
    await database.remove()
  })

  /** The status lines that come back. */
  const say = (text: string): Promise<string[]> =>
    new Promise((done) => {
      const socket = connect(port, '127.0.0.1')
      let heard = ''
      const end = () => {
        socket.destroy()
        done(heard.match(/(?<=HTTP\/1\.1 )\d{3}/g) ?? ['closed'])
      }
      socket.on('data', (chunk) => (heard += chunk.toString()))
      socket.on('error', end)
      socket.on('close', end)
      socket.write(text)
      setTimeout(end, 400)
    })
  const post = (headers: string, body = '{}') =>
    say(`POST ${path} HTTP/1.1\r\nHost: shop\r\n${headers}\r\n\r\n${body}`)

  test('lines, upgrades, expectations and odd framing are answered or closed, and nothing more', async () => {
    const plain = 'Content-Length: 2'
    const answers: Record<string, string[]> = {
      connect: await say(`CONNECT ${path} HTTP/1.1\r\nHost: shop\r\n\r\n`),
      elsewhere: await say('CONNECT bank.example:443 HTTP/1.1\r\nHost: shop\r\n\r\n'),
      socket: await say(
        `GET ${path} HTTP/1.1\r\nHost: shop\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      ),
      upgrade: await post(`Connection: Upgrade\r\nUpgrade: h2c\r\n${plain}`),
      expects: await post(`Expect: 100-continue\r\n${plain}`),
      'expects, huge': await post('Expect: 100-continue\r\nContent-Length: 99999999', ''),
      'expects tea': await post(`Expect: tea\r\n${plain}`),
      'two lengths': await post(`${plain}\r\nTransfer-Encoding: chunked`, '2\r\n{}\r\n0\r\n\r\n'),
      trailers: await post('Transfer-Encoding: chunked', '2\r\n{}\r\n0\r\nCookie: a=b\r\n\r\n'),
      'long extension': await post(
        'Transfer-Encoding: chunked',
        `2;${'a'.repeat(30_000)}\r\n{}\r\n0\r\n\r\n`,
      ),
      'a zero in a header': await post(`X: \0\r\n${plain}`),
      trace: await say(`TRACE ${path} HTTP/1.1\r\nHost: shop\r\n\r\n`),
    }
    assert.deepEqual(answers, {
      ...{ connect: ['closed'], elsewhere: ['closed'], socket: ['405'], upgrade: ['200'] },
      ...{ expects: ['100', '200'], 'expects, huge': ['100', '413'], 'expects tea': ['417'] },
      ...{ 'two lengths': ['400'], trailers: ['200'], 'long extension': ['413'] },
      ...{ 'a zero in a header': ['400'], trace: ['405'] },
    })
    const kept = await means.db.all(sql`select headers from webhook_events`)
    assert.equal(kept.length, 1, 'the same body is one event')
  })

  test('bodies that stop before their end take 128 MiB together, and whoever is quick is served beside them', async () => {
    const sockets: Socket[] = []
    let cut = 0
    const begun = `POST ${path} HTTP/1.1\r\nHost: shop\r\nContent-Length: ${ALMOST + 1}\r\n\r\n${'x'.repeat(ALMOST)}`
    for (let n = 0; n < 300; n++) {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => undefined)
      socket.on('close', () => cut++)
      socket.write(begun)
      sockets.push(socket)
    }
    for (let n = 0; cut < 300 - (128 * 1024) / 500 - 1 && n < 200; n++) await wait(20)
    const least = 300 - Math.floor((128 * 1024) / 500)
    assert.ok(cut >= least - 1 && cut < 100, `${cut} of 300 were cut off`)
    assert.deepEqual(await post('Content-Length: 2'), ['200'])
    for (const socket of sockets) socket.destroy()
  })

  test('of the bodies on the shelf the oldest goes first, and what was read takes no room', () => {
    const gone: string[] = []
    const hold = bodyShelf(100)
    const [a, b, c] = ['a', 'b', 'c'].map((id) => hold({ destroy: () => gone.push(id) } as never))
    a!.add(40)
    b!.add(40)
    a!.add(10)
    assert.deepEqual(gone, [])
    c!.add(20)
    assert.deepEqual(gone, ['a'])
    a!.add(90)
    b!.end()
    c!.add(80)
    assert.deepEqual(gone, ['a'])
    c!.add(1)
    assert.deepEqual(gone, ['a', 'c'])
  })
})
