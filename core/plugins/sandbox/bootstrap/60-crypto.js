const DIGESTS = ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512']

const hashNamed = (hash) => {
  const name = `${typeof hash === 'object' && hash !== null ? hash.name : hash}`.toUpperCase()
  if (!DIGESTS.includes(name)) throw new DOMException(`The hash "${name}" is not known.`, 'NotSupportedError')
  return name
}
const algorithmOf = (algorithm) => (typeof algorithm === 'string' ? { name: algorithm } : algorithm)
const bufferFrom = (base64) => fromBase64(base64).buffer

const KEY = Symbol('key')

class CryptoKey {
  #material
  constructor(key, material, algorithm, usages) {
    if (key !== KEY) throw new TypeError('Use crypto.subtle.importKey.')
    this.#material = material
    this.type = material.format === 'hmac' ? 'secret' : 'public'
    this.extractable = false
    this.algorithm = algorithm
    this.usages = usages
  }
  static material(key) {
    return key.#material
  }
}
const { material: materialOf } = CryptoKey
delete CryptoKey.material

/** A key whose bytes are the token of a secret is never known here: the broker makes its HMACs. */
const hmacOf = async (key, data) => {
  const { hash, bytes, token } = materialOf(key)
  if (token !== undefined) return ask('secret_hmac', { token, hash, data: toBase64(data) })
  return askPure('hmac', { hash, key: toBase64(bytes), data: toBase64(data) })
}

const importHmac = (format, data, algorithm, usages) => {
  if (format !== 'raw' && format !== 'jwk')
    throw new DOMException('HMAC keys are raw or jwk.', 'NotSupportedError')
  const bytes =
    format === 'raw' ? bytesOf(data).slice() : fromBase64(`${data.k}`.replace(/-/g, '+').replace(/_/g, '/'))
  const hash = hashNamed(algorithm.hash)
  const text = bytes.length <= 512 ? decodeUtf8(bytes, false) : ''
  const token = tokenMark !== '' && text.startsWith(tokenMark) ? text : undefined
  const name = { name: 'HMAC', hash: { name: hash }, length: bytes.length * 8 }
  return new CryptoKey(KEY, { format: 'hmac', hash, bytes, token }, name, usages)
}

const PUBLIC_ALGORITHMS = ['RSASSA-PKCS1-V1_5', 'ECDSA', 'ED25519']

const importPublic = (format, data, algorithm, usages) => {
  if (format !== 'spki' && format !== 'jwk')
    throw new DOMException('Public keys are spki or jwk.', 'NotSupportedError')
  const key = format === 'jwk' ? data : toBase64(bytesOf(data))
  const hash = algorithm.hash === undefined ? undefined : hashNamed(algorithm.hash)
  return new CryptoKey(KEY, { format, key, hash }, algorithm, usages)
}

const verifyPublic = (algorithm, key, signature, data) => {
  const { format, key: publicKey, hash } = materialOf(key)
  const name = `${algorithm.name}`.toUpperCase()
  const used = name === 'ECDSA' ? hashNamed(algorithm.hash) : hash
  const input = {
    algorithm: name,
    format,
    key: publicKey,
    signature: toBase64(signature),
    data: toBase64(data),
  }
  return askPure('verify', used === undefined ? input : { ...input, hash: used })
}

const subtle = freeze({
  async digest(hash, data) {
    return bufferFrom(askPure('digest', { hash: hashNamed(hash), data: toBase64(bytesOf(data)) }))
  },
  async importKey(format, data, algorithm, extractable, usages) {
    const wanted = algorithmOf(algorithm)
    const name = `${wanted.name}`.toUpperCase()
    if (name === 'HMAC') return importHmac(format, data, wanted, [...usages])
    if (PUBLIC_ALGORITHMS.includes(name)) return importPublic(format, data, wanted, [...usages])
    throw new DOMException(`The algorithm "${wanted.name}" is not known.`, 'NotSupportedError')
  },
  async sign(algorithm, key, data) {
    if (key.type !== 'secret') throw new DOMException('Only HMAC can sign here.', 'NotSupportedError')
    return bufferFrom(await hmacOf(key, bytesOf(data)))
  },
  async verify(algorithm, key, signature, data) {
    const given = bytesOf(signature)
    if (key.type !== 'secret') return verifyPublic(algorithmOf(algorithm), key, given, bytesOf(data))
    const right = fromBase64(await hmacOf(key, bytesOf(data)))
    let difference = right.length ^ given.length
    for (let i = 0; i < right.length; i++) difference |= right[i] ^ (given[i] ?? 0)
    return difference === 0
  },
})

const hex = (bytes) => {
  let text = ''
  for (let i = 0; i < bytes.length; i++) text += (bytes[i] < 16 ? '0' : '') + bytes[i].toString(16)
  return text
}

const crypto = freeze({
  subtle,
  getRandomValues(view) {
    bytesOf(view).set(fromBase64(askPure('random', { length: view.byteLength })))
    return view
  },
  randomUUID() {
    const bytes = fromBase64(askPure('random', { length: 16 }))
    bytes[6] = (bytes[6] & 0x0f) | 0x40
    bytes[8] = (bytes[8] & 0x3f) | 0x80
    const text = hex(bytes)
    return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}`
  },
})

expose('crypto', crypto)
expose('CryptoKey', CryptoKey)
