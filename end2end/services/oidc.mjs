// An OpenID Connect provider for tests: the certified `oidc-provider`, which accepts every account.
//
//   node end2end/services/oidc.mjs [PORT]
//
// Prints one line of JSON when it is ready: {"issuer": "http://127.0.0.1:PORT"}. Exits when its standard
// input is closed, so that it never outlives the test that started it.
//
// The login name selects the account, with any password: `alice` is alice@acme.example with a verified
// address; `unverified-bob` has an unverified address; `silent-carol` has no address.
// Clients: `penny` with the secret `penny-secret`, and the public client `penny-public`.
//
// POST /control/rotate    replaces the signing key
// POST /control/away?on=  responds to everything with 503 while on=1
// GET  /control/seen      returns how often the metadata and the keys were requested

import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { Provider } from 'oidc-provider'

const port = Number(process.argv[2] ?? 0)
const requestCounts = { metadata: 0, keys: 0 }
const cookieKey = randomUUID()
let provider
let isUnavailable = false

function generateKeys() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'RS256' }] }
}

function claims(id) {
  if (id.startsWith('silent-')) return { sub: id }
  const email = id.includes('@') ? id : `${id}@acme.example`
  const name = id.split('@')[0].replace(/(^|[-.])(\w)/g, (_, gap, letter) => (gap ? ' ' : '') + letter.toUpperCase())
  return { sub: id, email, email_verified: !id.startsWith('unverified-'), name }
}

function createProvider(issuer) {
  const created = new Provider(issuer, {
    clients: [
      {
        client_id: 'penny',
        client_secret: 'penny-secret',
        redirect_uris: ['http://127.0.0.1/auth/oidc/acme/callback'],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
      {
        client_id: 'penny-public',
        token_endpoint_auth_method: 'none',
        redirect_uris: ['http://127.0.0.1/auth/oidc/public/callback'],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    jwks: generateKeys(),
    cookies: { keys: [cookieKey] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    findAccount: (_, id) => ({ accountId: id, claims: async () => claims(id) }),
    pkce: { required: () => true },
    features: { devInteractions: { enabled: true } },
    ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 3600, AuthorizationCode: 60 },
  })
  // PENNY listens on another port in every test.
  created.Client.prototype.redirectUriAllowed = (uri) => {
    const { protocol, pathname } = new URL(uri)
    return protocol === 'http:' && /^\/auth\/oidc\/[a-z0-9_-]+\/callback$/.test(pathname)
  }
  return created
}

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://127.0.0.1')
  const respond = (status, body) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  }
  if (pathname === '/control/seen') return respond(200, requestCounts)
  if (pathname === '/control/away') {
    isUnavailable = searchParams.get('on') === '1'
    return respond(200, {})
  }
  if (pathname === '/control/rotate') {
    provider = createProvider(issuer())
    return respond(200, {})
  }
  if (isUnavailable) return respond(503, { error: 'temporarily_unavailable' })
  if (pathname === '/.well-known/openid-configuration') requestCounts.metadata += 1
  if (pathname === '/jwks') requestCounts.keys += 1
  return provider.callback()(request, response)
})

const issuer = () => `http://127.0.0.1:${server.address().port}`

server.listen(port, '127.0.0.1', () => {
  provider = createProvider(issuer())
  process.stdout.write(`${JSON.stringify({ issuer: issuer() })}\n`)
})

process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
process.on('SIGTERM', () => process.exit(0))
