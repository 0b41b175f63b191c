import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { sql } from '../../core/db/index.ts'
import { addFile } from '../../core/files/index.ts'
import type { JobContext } from '../../core/jobs/index.ts'
import {
  enterMail,
  listMessages,
  mailJobs,
  readMessage,
  resendMessage,
  smtpTransport,
  type MailMeans,
  type MailTransport,
  type MessageRow,
} from '../../core/mail/index.ts'
import { noHooks, type Hooks } from '../../core/records/index.ts'
import { startMailCatcher, type MailCatcher } from '../../simulators/mail/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { clientActor, staffActor } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { mailMeans } from './mail-means.ts'
import { sampleMails } from './sample-mails.ts'

const to = { address: 'ada@client.example', name: 'Ada Quay' }
const context = (change: Partial<JobContext> = {}): JobContext => ({
  jobId: 'job_1',
  attempt: 1,
  lastAttempt: false,
  signal: new AbortController().signal,
  ...change,
})
const invoice = (change: object = {}) => ({
  template: 'invoice-reminder',
  to,
  locale: 'en',
  brand_id: 'brd_1',
  client_id: 'cli_1',
  subject_of: 'inv_1',
  data: sampleMails['invoice-reminder'],
  key: 'inv_1/reminder',
  ...change,
})

for (const engine of engines) {
  describe(`mail on ${engine}`, () => {
    let catcher: MailCatcher
    let database: TestDatabase
    let transport: MailTransport
    let means: MailMeans & TestMeans

    before(async () => {
      catcher = await startMailCatcher()
      transport = smtpTransport(`smtp://127.0.0.1:${catcher.smtpPort}`)
    })
    beforeEach(async () => {
      catcher.clear()
      await database?.remove()
      database = await makeDatabase(engine)
      means = mailMeans(testMeans(database.db), transport)
    })
    after(async () => {
      transport.close()
      await database.remove()
      await catcher.close()
    })

    const run = async (task: string, payload: unknown, change?: Partial<JobContext>) =>
      mailJobs(means)[task]!(payload as never, context(change))
    const send = async (payload: object) => {
      await run('mail.send', payload)
      for (const job of means.jobs.of('mail.deliver')) await run('mail.deliver', job)
    }
    const rows = () => means.db.all<MessageRow>(sql`select * from messages order by id`)

    test('a mail that a plugin keeps back is not sent, says why, and staff can send it after all', async () => {
      const keeping = {
        ...noHooks,
        shape: ((_hook: string, value: object, apply: (v: object, a: object) => object) =>
          Promise.resolve(apply(value, { withhold: 'Only on weekdays' }))) as Hooks['shape'],
      }
      await run('mail.send', invoice())
      const [job] = means.jobs.of('mail.deliver')
      await mailJobs({ ...means, hooks: keeping })['mail.deliver']!(job as never, context())
      const [row] = await rows()
      assert.deepEqual([row!.status, row!.last_error], ['withheld', 'Only on weekdays'])
      assert.equal(catcher.messages().length, 0)
      await resendMessage(means, { id: row!.id }, staffActor(['message.*']))
      await run('mail.deliver', means.jobs.of('mail.deliver').at(-1))
      assert.equal(catcher.messages().length, 1)
    })

    test('a mail arrives with text, markup and attachment, and its row says so', async () => {
      const sha256 = await means.files.keep(Buffer.from('%PDF-1.7 sample'))
      const file_id = await means.db.transaction((trx) =>
        addFile(trx, {
          id: means.newId('fil'),
          sha256,
          media_type: 'application/pdf',
          bytes: 15,
          file_name: 'stored.pdf',
          created_at: means.business.now(),
        }),
      )
      await send(invoice({ attachments: [{ file_id, name: 'KH-2026-000042.pdf' }] }))

      const [listed] = (await (await fetch(`${catcher.url}/messages.json`)).json()) as { id: string }[]
      const answer = await fetch(`${catcher.url}/messages/${listed!.id}.json`)
      const mail = (await answer.json()) as ReturnType<MailCatcher['messages']>[number]
      assert.equal(mail.from, 'hello@kontor.example')
      assert.deepEqual(mail.recipients, ['ada@client.example'])
      assert.equal(mail.subject, 'Invoice KH-2026-000042 is due on 29 January 2026')
      assert.match(mail.text, /Hello Ada Quay,/)
      assert.match(mail.text, /Still to pay +€36\.41/)
      assert.match(mail.text, /Pay now:\nhttps:\/\/kontor\.example\/portal\/invoices\/inv_01\n/)
      assert.match(mail.html, /href="https:\/\/kontor\.example\/portal\/invoices\/inv_01"/)
      assert.match(mail.html, /Kontor Hosting GmbH, Hafenstraße 1/)
      assert.deepEqual(mail.attachments, [{ name: 'KH-2026-000042.pdf', type: 'application/pdf', size: 15 }])
      const bytes = await fetch(`${catcher.url}/messages/${listed!.id}/attachments/0`)
      assert.equal(await bytes.text(), '%PDF-1.7 sample')

      const [row] = await rows()
      assert.equal(row!.status, 'sent')
      assert.equal(row!.sent_at, means.business.now())
      assert.equal(row!.attempts, 1)
      const source = await (await fetch(`${catcher.url}/messages/${listed!.id}/source`)).text()
      assert.ok(source.includes(`Message-ID: <${row!.id}.1@kontor.example>`))
    })

    test('the same key, or the same job run twice, is one mail', async () => {
      await send(invoice())
      await send(invoice({ subject_of: 'inv_2' }))
      await run('mail.deliver', means.jobs.of('mail.deliver')[0])
      await run('mail.send', invoice({ key: undefined }), { jobId: 'job_7' })
      await run('mail.send', invoice({ key: undefined }), { jobId: 'job_7' })
      assert.equal(catcher.messages().length, 1)
      assert.deepEqual(
        (await rows()).map((row) => row.message_key),
        ['inv_1/reminder', 'job:job_7'],
      )
    })

    test('while the mail server is down the mail waits, and goes out when it is back', async () => {
      const broken = smtpTransport('smtp://127.0.0.1:1')
      means = { ...means, transport: broken }
      await run('mail.send', invoice())
      const [job] = means.jobs.of('mail.deliver')
      await assert.rejects(run('mail.deliver', job), { code: 'message.not_taken' })
      const [waiting] = await rows()
      assert.equal(waiting!.status, 'queued')
      assert.equal(waiting!.attempts, 1)
      assert.match(waiting!.last_error!, /ECONNREFUSED/)

      means = { ...means, transport }
      await run('mail.deliver', job, { attempt: 2 })
      const [sent] = await rows()
      assert.deepEqual([sent!.status, sent!.attempts, sent!.last_error], ['sent', 2, null])
      assert.equal(catcher.messages().length, 1)
      broken.close()
    })

    test('after the last try it has failed; staff send it again under a new Message-ID', async () => {
      const broken = smtpTransport('smtp://127.0.0.1:1')
      means = { ...means, transport: broken }
      await run('mail.send', invoice())
      const [job] = means.jobs.of('mail.deliver')
      await run('mail.deliver', job, { attempt: 10, lastAttempt: true })
      const [failed] = await rows()
      assert.equal(failed!.status, 'failed')

      means = { ...means, transport }
      await resendMessage(means, { id: failed!.id }, staffActor(['message.*']))
      await run('mail.deliver', means.jobs.of('mail.deliver')[1])
      const [mail] = catcher.messages()
      const source = await (await fetch(`${catcher.url}/messages/${mail!.id}/source`)).text()
      assert.ok(source.includes(`<${failed!.id}.2@kontor.example>`))
      assert.equal((await rows())[0]!.status, 'sent')
      broken.close()
    })

    test('a mailbox that the server refuses is given up at once', async () => {
      const refusal = Object.assign(new Error('550 no such user'), { responseCode: 550, command: 'RCPT TO' })
      means = { ...means, transport: { send: () => Promise.reject(refusal), close: () => undefined } }
      await run('mail.send', invoice())
      await run('mail.deliver', means.jobs.of('mail.deliver')[0])
      const [row] = await rows()
      assert.deepEqual([row!.status, row!.last_error], ['failed', '550 no such user'])
    })

    test('without a mail server the reason stands in the log', async () => {
      means = { ...means, transport: smtpTransport(null) }
      await run('mail.send', invoice())
      await assert.rejects(run('mail.deliver', means.jobs.of('mail.deliver')[0]))
      assert.match((await rows())[0]!.last_error!, /Set SMTP_URL/)
    })

    test('a link that lets into an account reaches its reader and nobody else', async () => {
      const data = { path: '/reset/secret-token?a=1&b=2', expires_at: '2026-01-16T10:00:00.000Z' }
      await run('mail.send', { template: 'reset-password', to, locale: 'en', data, brand_id: null })
      const [queued] = await rows()
      assert.ok(!JSON.stringify(queued).includes('secret-token'))
      await run('mail.deliver', means.jobs.of('mail.deliver')[0])
      const [mail] = catcher.messages()
      assert.match(mail!.html, /href="https:\/\/kontor\.example\/reset\/secret-token\?a=1&amp;b=2"/)
      assert.match(mail!.text, /https:\/\/kontor\.example\/reset\/secret-token\?a=1&b=2/)
      const [sent] = await rows()
      assert.equal(sent!.sealed_url, null)
      const shown = await readMessage(means, { id: sent!.id }, staffActor())
      assert.ok(!JSON.stringify(shown).includes('secret-token'))
      await assert.rejects(resendMessage(means, { id: sent!.id }, staffActor()), {
        code: 'message.link_spent',
      })
    })

    test('nothing in a name, a number or an address becomes a header', async () => {
      const evil = 'x\r\nBcc: thief@evil.example\r\n\r\nHello'
      await send(
        invoice({
          to: { ...to, name: evil },
          data: { ...sampleMails['invoice-reminder'], number: evil },
          attachments: [],
        }),
      )
      const [mail] = catcher.messages()
      assert.deepEqual(mail!.recipients, ['ada@client.example'])
      assert.deepEqual(mail!.to, ['ada@client.example'])
      assert.equal(mail!.subject, 'Invoice x Bcc: thief@evil.example Hello is due on 29 January 2026')
      for (const address of [
        'a@b.example, c@d.example',
        'a@b.example\r\nBcc: c@d.example',
        '<a@b.example>',
      ]) {
        await assert.rejects(run('mail.send', invoice({ to: { address, name: '' }, key: address })), {
          code: 'input.invalid',
        })
      }
      assert.equal((await rows()).length, 1)
    })

    test('markup in data is shown as text', async () => {
      await send(invoice({ to: { ...to, name: '<img src=x onerror=alert(1)>' } }))
      assert.match(catcher.messages()[0]!.html, /Hello &lt;img src=x onerror=alert\(1\)&gt;,/)
    })

    test('an area enters a mail in its own transaction, and is told what is missing', async () => {
      const request = { template: 'service-released', to, locale: 'en' } as const
      await means.db.transaction((trx) =>
        enterMail(means, trx, { ...request, data: sampleMails['service-released'] }),
      )
      assert.equal(means.jobs.of('mail.send').length, 1)
      await assert.rejects(
        means.db.transaction((trx) => enterMail(means, trx, { ...request, data: { url: '/x' } as never })),
        { code: 'input.invalid', fields: { label: 'is missing' } },
      )
      await assert.rejects(run('mail.send', invoice({ template: 'unknown' })), {
        code: 'message.unknown_template',
      })
      await assert.rejects(
        run(
          'mail.send',
          invoice({ data: { ...sampleMails['invoice-reminder'], url: 'javascript:alert(1)' } }),
        ),
        { code: 'input.invalid' },
      )
    })

    test('staff page through the log of their brands, newest first', async () => {
      for (let i = 1; i <= 5; i++) {
        means.clock.advance(1)
        await run(
          'mail.send',
          invoice({ key: `k${i}`, subject_of: `inv_${i}`, brand_id: i === 5 ? 'brd_2' : 'brd_1' }),
        )
      }
      const actor = { ...staffActor(['message.*']), brandIds: ['brd_1'] }
      const first = await listMessages(means, { limit: 3 }, actor)
      const ids = (await rows()).map((row) => row.id)
      assert.deepEqual(
        first.rows.map((row) => row.id),
        [ids[3], ids[2], ids[1]],
      )
      const second = await listMessages(means, { limit: 3, after: first.next! }, actor)
      assert.deepEqual([second.rows.map((row) => row.id), second.next], [[ids[0]], null])
      const found = await listMessages(means, { search: 'ADA@', status: 'queued' }, actor)
      assert.equal(found.rows.length, 4)
      assert.equal((await listMessages(means, { search: '%' }, actor)).rows.length, 0)
      await assert.rejects(readMessage(means, { id: ids[4]! }, actor), { code: 'record.not_found' })
      await assert.rejects(listMessages(means, {}, clientActor('cli_1')), { code: 'actor.forbidden' })
    })
  })
}
