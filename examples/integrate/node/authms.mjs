// What a web application needs of authms: redeem a ticket, verify a token, refresh, sign out.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRemoteJWKSet, jwtVerify } from 'jose';

const { AUTHMS_URL: url, CLIENT_ID: clientId, CLIENT_SECRET: clientSecret } = process.env; // url: the issuer, byte for byte
const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;

// The last try begins within the 10 seconds in which a refresh can be repeated.
const TRIES = 3, TIMEOUT = 3000, LONGEST_WAIT = 1000;

/** authms said no: asking again changes nothing. */
export class Refused extends Error {}
/** No answer that counts: the outcome is unknown, or it is too early. */
export class Unavailable extends Error {}

/** Asks again after a 5xx, a broken connection or silence; each of our requests is safe to repeat. */
async function post(path, body, headers) {
  let wait = 0;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    await sleep(Math.min(wait, LONGEST_WAIT));
    wait = 100 * 2 ** attempt;
    try {
      const answer = await fetch(`${url}/api/v1${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify(body),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT),
      });
      if (answer.status === 429) throw new Unavailable('429');
      if (answer.status < 500 && !answer.ok) throw new Refused(answer.status);
      if (answer.ok) return await answer.json();
      wait = Math.max(wait, 1000 * (Number(answer.headers.get('Retry-After')) || 0));
    } catch (error) {
      if (error instanceof Refused || error instanceof Unavailable) throw error;
      // No answer, or half of one: whether it was done is unknown.
    }
  }
  throw new Unavailable(path);
}

/** Trades the ticket for tokens. The Idempotency-Key is new for each redemption and kept over its retries. */
export const redeem = (ticket, verifier) =>
  post('/auth/ticket/signin', { ticket, verifier }, {
    Authorization: basic,
    'Idempotency-Key': randomBytes(32).toString('base64url'),
  });

/** The next pair of tokens; the former refresh token is used up. */
export const refresh = (token) => post('/auth/refresh', { refresh_token: token }, {});

/** Ends the session at authms; either token is enough. */
export const logout = (tokens) =>
  post('/auth/logout', { refresh_token: tokens.refresh_token }, { Authorization: `Bearer ${tokens.access_token}` });

const keys = createRemoteJWKSet(new URL(`${url}/.well-known/jwks.json`), { timeoutDuration: TIMEOUT });

/** The claims of an access token that authms issued for this client. */
export async function verify(token) {
  const { payload } = await jwtVerify(token, keys, {
    typ: 'at+jwt',
    algorithms: ['ES256'], // never what the token itself says
    issuer: url,
    audience: clientId,
    clockTolerance: 60,
    requiredClaims: ['exp', 'sub'],
  });
  return payload;
}
