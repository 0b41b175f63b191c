let tokenMark = ''
let secretNames = []

const lineOf = (part) => {
  if (typeof part === 'string') return part
  try {
    if (part instanceof Error) return `${part.name}: ${part.message}`
    return writeJson(part) ?? `${typeof part}`
  } catch {
    return `[${typeof part}]`
  }
}

/** Told as it grows, so that a call that does not end well is counted too; the whole number comes with its end. */
const dropLine = (dropped) => {
  if (dropped < current.tellDropped) return
  current.tellDropped *= 10
  out('dropped', dropped)
}

const writeLine = (level, parts) => {
  if (current === null) return
  if (++current.lines > LINES_PER_CALL) return dropLine(current.lines - LINES_PER_CALL)
  let line = ''
  for (let i = 0; i < parts.length && line.length < LINE_LENGTH_MAX; i++)
    line += (i === 0 ? '' : ' ') + cut(`${lineOf(parts[i])}`, LINE_LENGTH_MAX)
  out('log', level, cut(line, LINE_LENGTH_MAX))
}

const lineWriter =
  (level) =>
  (...parts) =>
    writeLine(level, parts)

expose(
  'console',
  freeze({
    debug: lineWriter('info'),
    log: lineWriter('info'),
    info: lineWriter('info'),
    warn: lineWriter('warn'),
    error: lineWriter('error'),
    trace: lineWriter('info'),
  }),
)

const base64Url = (text) =>
  toBase64(encodeUtf8(text)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')

const tokenOf = (name, form, user) => {
  if (!secretNames.includes(name)) throw new Error(`The secret "${name}" is not declared in plugin.json.`)
  return `${tokenMark}.${form}.${user}.${name}.end`
}

const HASH_NAMES = {
  __proto__: null,
  ...{ md5: 'MD5', sha1: 'SHA-1', sha256: 'SHA-256', sha384: 'SHA-384', sha512: 'SHA-512' },
}

/** How every token of any instance begins. */
const TOKEN_START = 'bsk_'

const plainDigest = (algorithm, bytes) => {
  const hash = HASH_NAMES[algorithm]
  if (hash === undefined) throw new TypeError(`The algorithm "${algorithm}" is not known.`)
  return hex(fromBase64(askPure('digest', { hash, data: toBase64(bytes) })))
}

const digest = (algorithm, data) => {
  if (typeof data !== 'string') return plainDigest(`${algorithm}`, bytesOf(data))
  if (holds(data, TOKEN_START)) throw new TypeError('A secret is hashed with context.secret.digest.')
  return plainDigest(`${algorithm}`, encodeUtf8(data))
}

/** Core is asked only where a secret has to be filled in. */
const secretDigest = async (algorithm, parts) => {
  const texts = [...parts].map((part) => `${part}`)
  let whole = ''
  for (let i = 0; i < texts.length; i++) whole += texts[i]
  if (!holds(whole, TOKEN_START)) return plainDigest(`${algorithm}`, encodeUtf8(whole))
  const input = { hash: HASH_NAMES[algorithm] ?? `${algorithm}`, parts: texts }
  return hex(fromBase64(await ask('secret_digest', input)))
}

const certificateText = (data) => (typeof data === 'string' ? data : toBase64(bytesOf(data)))

const certificates = freeze({
  read: (data) => askPure('certificates', { data: certificateText(data) })[0],
  readAll: (pem) => askPure('certificates', { data: certificateText(pem) }),
  fits: (data, host) => askPure('certificate_fits', { data: certificateText(data), host: `${host}` }),
  isSignedBy: (data, issuer) =>
    askPure('certificate_signed_by', { data: certificateText(data), issuer: certificateText(issuer) }),
  hasKey: (data, key) => askPure('certificate_key', { data: certificateText(data), key: `${key}` }),
})

const openLine = async (host, port) => {
  const line = await ask('tcp_open', { host: `${host}`, port: +port })
  return freeze({
    write: async (data, { secrets = 'plain', framed = false } = {}) => {
      const content = typeof data === 'string' ? { text: data } : { base64: toBase64(bytesOf(data)) }
      await ask('tcp_write', { line, ...content, secrets: `${secrets}`, framed: framed === true })
    },
    read: async (bytes) => fromBase64(await ask('tcp_read', { line, bytes: +bytes })),
    close: async () => {
      await ask('tcp_close', { line })
    },
  })
}

const entriesAt = (at) => ({
  get: (key) => ask('storage_get', { ...at, key: `${key}` }),
  set: (key, value, ifVersion) =>
    ask('storage_set', {
      ...at,
      key: `${key}`,
      value,
      ...(ifVersion === undefined ? {} : { if_version: ifVersion }),
    }),
  remove: async (key) => {
    await ask('storage_remove', { ...at, key: `${key}` })
  },
  list: (prefix = '') => ask('storage_list', { ...at, prefix: `${prefix}` }),
})

const contextOf = (settings) =>
  freeze({
    settings: freeze(settings),
    storage: freeze({
      ...entriesAt({}),
      of: (record) => freeze(entriesAt({ record: `${record}` })),
      records: (after = '') => ask('storage_records', { after: `${after}` }),
    }),
    records: freeze({
      read: (scope, id) => ask('record_read', { scope: `${scope}`, id: `${id}` }),
      request: (scope, id, { reference, body }) =>
        ask('record_request', { scope: `${scope}`, id: `${id}`, reference: `${reference}`, body }),
    }),
    tcp: freeze({ open: openLine }),
    secret: freeze({
      header: (name) => tokenOf(`${name}`, 'raw', ''),
      basic: (name, user = '') => tokenOf(`${name}`, 'basic', base64Url(`${user}`)),
      hmac: async (name, algorithm, data) => {
        const token = tokenOf(`${name}`, 'raw', '')
        const input = {
          token,
          hash: HASH_NAMES[algorithm] ?? `${algorithm}`,
          data: toBase64(encodeUtf8(`${data}`)),
        }
        return hex(fromBase64(await ask('secret_hmac', input)))
      },
      digest: secretDigest,
    }),
    digest,
    certificates,
    log: freeze({
      info: lineWriter('info'),
      warn: lineWriter('warn'),
      error: lineWriter('error'),
    }),
    deadline: () => (current === null ? 0 : max(0, current.endsAt - wallClock())),
  })
