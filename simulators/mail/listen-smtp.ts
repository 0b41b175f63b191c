import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Readable } from 'node:stream'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server'

const SIZE_LIMIT = 32 * 1024 * 1024

export interface Envelope {
  sender: string
  recipients: string[]
}

export interface SmtpListener {
  port: number
  close(): Promise<void>
}

/** Takes every mail on loopback, with or without a sign-in. `deliver` is awaited before the mail is accepted. */
export async function listenSmtp(
  port: number,
  deliver: (envelope: Envelope, source: Buffer) => Promise<void>,
): Promise<SmtpListener> {
  const smtp = new SMTPServer({
    banner: 'mail catcher',
    size: SIZE_LIMIT,
    authOptional: true,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 1000,
    onAuth: ({ username }, _session, callback) => callback(null, { user: username ?? 'anybody' }),
    onData: (stream, session, callback) => {
      receive(stream, session, deliver).then(() => callback(), callback)
    },
  })
  // Without a listener a client that hangs up would end the process.
  smtp.on('error', (error) => console.error(`Mail catcher: ${error.message}`))
  const server = smtp.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const close = () => new Promise<void>((resolve) => smtp.close(resolve))
  return { port: (server.address() as AddressInfo).port, close }
}

async function receive(
  stream: SMTPServerDataStream,
  { envelope }: SMTPServerSession,
  deliver: (envelope: Envelope, source: Buffer) => Promise<void>,
): Promise<void> {
  const source = await readAll(stream)
  if (stream.sizeExceeded) throw tooLarge()
  const sender = envelope.mailFrom ? envelope.mailFrom.address : ''
  await deliver({ sender, recipients: envelope.rcptTo.map(({ address }) => address) }, source)
}

async function readAll(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function tooLarge(): Error {
  return Object.assign(new Error(`The mail is larger than ${SIZE_LIMIT} bytes.`), { responseCode: 552 })
}
