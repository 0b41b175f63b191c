import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { after, before, beforeEach, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createTransport } from 'nodemailer'
import { startMailCatcher, type CaughtMessage, type MailCatcher } from '../../../simulators/mail/index.ts'

let catcher: MailCatcher

before(async () => {
  catcher = await startMailCatcher()
})
beforeEach(() => catcher.clear())
after(() => catcher.close())

const PDF = Buffer.from('%PDF-1.7 not a real one')

async function sendMail(subject: string, port = catcher.smtpPort): Promise<void> {
  const transport = createTransport({ host: '127.0.0.1', port, auth: { user: 'shop', pass: 'any' } })
  await transport.sendMail({
    from: 'Shop <billing@shop.example>',
    to: 'Ann <ann@client.example>',
    bcc: 'archive@shop.example',
    subject,
    text: 'Pay <b>soon</b>',
    html: '<p>Pay <a href="https://shop.example/pay">soon</a></p><img src="cid:logo">',
    attachments: [
      { filename: 'invoice "1".pdf', content: PDF, contentType: 'application/pdf' },
      { filename: 'logo.png', content: Buffer.from([1, 2, 3]), contentType: 'image/png', cid: 'logo' },
    ],
  })
  transport.close()
}

async function get(path: string): Promise<{ status: number; headers: Headers; text: string }> {
  const response = await fetch(`${catcher.url}${path}`)
  return { status: response.status, headers: response.headers, text: await response.text() }
}

test('a mail sent over SMTP is read back over HTTP', async () => {
  await sendMail('Rechnung №1 — überfällig')
  const [message] = JSON.parse((await get('/messages.json')).text) as CaughtMessage[]
  assert.ok(message)
  assert.deepEqual(message, {
    id: message.id,
    receivedAt: message.receivedAt,
    from: 'billing@shop.example',
    to: ['ann@client.example'],
    cc: [],
    recipients: ['ann@client.example', 'archive@shop.example'],
    subject: 'Rechnung №1 — überfällig',
    text: 'Pay <b>soon</b>\n',
    html: message.html,
    attachments: [
      { name: 'logo.png', type: 'image/png', size: 3 },
      { name: 'invoice "1".pdf', type: 'application/pdf', size: PDF.length },
    ],
  })
  assert.match(message.html, /^<p>Pay <a href="https:\/\/shop\.example\/pay">soon<\/a><\/p>/)
  assert.deepEqual(JSON.parse((await get(`/messages/${message.id}.json`)).text), message)
  assert.deepEqual(catcher.messages(), [message])
})

test('an attachment is downloaded as it was sent, under its own name', async () => {
  await sendMail('With a file')
  const [message] = catcher.messages()
  const response = await fetch(`${catcher.url}/messages/${message?.id}/attachments/1`)
  assert.equal(response.headers.get('content-type'), 'application/pdf')
  assert.equal(
    response.headers.get('content-disposition'),
    "attachment; filename*=UTF-8''invoice%20%221%22.pdf",
  )
  assert.deepEqual(Buffer.from(await response.arrayBuffer()), PDF)
  assert.equal((await get(`/messages/${message?.id}/attachments/9`)).status, 404)
})

test('the page shows the text escaped and the HTML only inside a sandbox', async () => {
  await sendMail('<script>alert(1)</script>')
  const [message] = catcher.messages()
  const page = await get(`/messages/${message?.id}`)
  assert.match(page.text, /<h1>&#60;script&#62;alert\(1\)&#60;\/script&#62;<\/h1>/)
  assert.match(page.text, /<pre>Pay &#60;b&#62;soon&#60;\/b&#62;/)
  assert.match(
    page.text,
    /<iframe title="HTML of this mail" src="\/messages\/\d+\/html" sandbox="allow-popups /,
  )
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'/)
  const frame = await get(`/messages/${message?.id}/html`)
  assert.match(frame.headers.get('content-security-policy') ?? '', /^sandbox allow-popups/)
  assert.match(frame.text, new RegExp(`<img src="/messages/${message?.id}/attachments/0">`))
  const source = await get(`/messages/${message?.id}/source`)
  assert.equal(source.headers.get('content-type'), 'text/plain; charset=utf-8')
  assert.match(source.text, /^From: Shop <billing@shop\.example>/m)
})

test('the list shows the newest first', async () => {
  assert.match((await get('/')).text, /No mail has arrived yet/)
  await sendMail('First')
  await sendMail('Second')
  const { text } = await get('/')
  assert.deepEqual(text.match(/(First|Second)(?=<\/a>)/g), ['Second', 'First'])
  assert.match((await get('/mail.css')).text, /color-scheme: light dark/)
})

test('waiting finds a mail that is there, one that comes, and says what came instead', async () => {
  await sendMail('Here')
  assert.equal((await catcher.waitFor(({ subject }) => subject === 'Here', 1000)).subject, 'Here')
  const coming = catcher.waitFor(({ subject }) => subject === 'Later', 5000)
  await sendMail('Later')
  assert.equal((await coming).subject, 'Later')
  await assert.rejects(
    catcher.waitFor(({ subject }) => subject === 'Never', 10),
    /No matching mail within 10 ms; the latest of 2: "Here" to ann@client\.example, /,
  )
})

test('mail is cleared over HTTP, and what is gone or unknown is told so', async () => {
  await sendMail('Gone')
  const [message] = catcher.messages()
  assert.equal((await fetch(`${catcher.url}/messages.json`, { method: 'DELETE' })).status, 204)
  assert.deepEqual(catcher.messages(), [])
  assert.equal((await get(`/messages/${message?.id}`)).status, 404)
  assert.equal((await get('/elsewhere')).status, 404)
  assert.equal((await fetch(`${catcher.url}/`, { method: 'POST' })).status, 405)
})

test('an address that cannot be read is answered like an unknown one', async () => {
  const [response] = (await once(request(catcher.url, { path: 'http://x:99999/' }).end(), 'response')) as [
    { statusCode: number; resume(): void },
  ]
  response.resume()
  assert.equal(response.statusCode, 404)
})

test('the command prints one line of JSON and runs', async () => {
  const main = fileURLToPath(new URL('../../../simulators/mail/main.ts', import.meta.url))
  const child = spawn(process.execPath, [main], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const { url, smtpPort } = JSON.parse(line.toString()) as { url: string; smtpPort: number }
  await sendMail('To the command', smtpPort)
  const [message] = (await (await fetch(`${url}/messages.json`)).json()) as CaughtMessage[]
  assert.equal(message?.subject, 'To the command')
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'exit'), [0, null])
})
