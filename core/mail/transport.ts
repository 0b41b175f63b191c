import type { Transporter } from 'nodemailer'
import { MailServerMissing } from './errors.ts'

export interface OutgoingMail {
  /** Stays the same for all tries of one sending, so that a double can be recognised. */
  messageId: string
  date: Date
  from: string
  to: { address: string; name: string }
  subject: string
  html: string
  plain: string
  attachments: readonly { name: string; mediaType: string; content: Buffer }[]
}

export interface MailTransport {
  /** Fulfils when the mail server has taken the mail. */
  send(mail: OutgoingMail): Promise<void>
  close(): void
}

const CONNECT_MS = 10_000
const SOCKET_MS = 60_000
const CONNECTIONS = 2

/** Hands mails to the server at `smtpUrl` ("smtps://user:password@host:465"); each sender has connections of its own. */
export function smtpTransport(smtpUrl: string | null): MailTransport {
  const pools = new Map<string, Promise<Transporter>>()
  const poolOf = (sender: string) => {
    if (smtpUrl === null) throw MailServerMissing({})
    let pool = pools.get(sender)
    if (!pool) pools.set(sender, (pool = openPool(smtpUrl)))
    return pool
  }
  return {
    async send(mail) {
      const pool = await poolOf(mail.from)
      await pool.sendMail(toNodemailer(mail))
    },
    close() {
      for (const pool of pools.values()) void pool.then((open) => open.close())
      pools.clear()
    },
  }
}

async function openPool(url: string): Promise<Transporter> {
  const { createTransport } = await import('nodemailer')
  return createTransport({
    url,
    pool: true,
    maxConnections: CONNECTIONS,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SOCKET_MS,
    // A template must never make the server read a file or an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  } as Parameters<typeof createTransport>[0])
}

function toNodemailer(mail: OutgoingMail) {
  const { messageId, date, from, to, subject, html, plain } = mail
  return {
    messageId,
    date,
    from,
    to,
    subject,
    html,
    text: plain,
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    attachments: mail.attachments.map(({ name, mediaType, content }) => ({
      filename: name,
      contentType: mediaType,
      content,
    })),
  }
}
