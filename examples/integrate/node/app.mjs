// Application B: signs its users in with tickets that the portal hands over.
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { errors } from 'jose';
import * as authms from './authms.mjs';

const { PORT, PORTAL_URL } = process.env;
const RENEW_BEFORE = 60; // seconds before the access token ends

// SameSite=None: the portal's form comes from another site. Behind https call them __Host-handover and __Host-session.
const handover = (value, age) => `handover=${value}; Path=/; HttpOnly; Secure; SameSite=None; Max-Age=${age}`;
const session = (value) => `session=${value}; Path=/; HttpOnly; Secure; SameSite=Lax`;

const sessions = new Map(); // by cookie; a real application keeps them where all of its processes find them

/** Takes over fresh tokens. They stay here: the browser gets our own cookie. */
async function take(own, tokens) {
  if (!tokens.access_token) throw new authms.Refused(200); // a second factor is asked for: sign in again
  own.claims = await authms.verify(tokens.access_token);
  own.tokens = tokens;
  // By our own clock: `expires_in` is right even where the clocks disagree.
  own.renewAt = performance.now() + 1000 * (tokens.expires_in - RENEW_BEFORE);
  return own;
}

/** The session behind the cookie, if it lives at authms, too. */
async function signedIn(cookie) {
  const own = sessions.get(cookie);
  if (own && performance.now() >= own.renewAt) {
    // One refresh at a time, however many tabs ask.
    own.renewing ??= renew(cookie, own).finally(() => { own.renewing = undefined; });
    await own.renewing;
  }
  return sessions.get(cookie);
}

async function renew(cookie, own) {
  try {
    await take(own, await authms.refresh(own.tokens.refresh_token ?? ''));
  } catch (error) {
    if (!(error instanceof authms.Refused)) throw error;
    sessions.delete(cookie);
  }
}

async function home({ cookies, answer }) {
  const own = await signedIn(cookies.session);
  if (!own) return answer(401, 'Not signed in. <a href="/start">Sign in</a>');
  const button = '<form method="post" action="/logout"><button>Sign out</button></form>';
  answer(200, `Signed in as ${own.claims.sub}. ${button}`);
}

/** Ties what the portal hands over to this browser: only it holds the verifier. */
function start({ answer }) {
  const verifier = randomBytes(32).toString('base64url');
  const proof = createHash('sha256').update(verifier).digest('base64url');
  answer(303, '', { Location: `${PORTAL_URL}/handover?proof=${proof}`, 'Set-Cookie': handover(verifier, 300) });
}

async function signin({ request, cookies, answer }) {
  if (!cookies.handover) return answer(400, 'This sign-in was not begun here. <a href="/start">Sign in</a>');
  let body = '';
  for await (const part of request) if ((body += part).length > 4096) return answer(413, 'too much');
  const ticket = new URLSearchParams(body).get('ticket') ?? '';
  try {
    const own = await take({}, await authms.redeem(ticket, cookies.handover));
    const cookie = randomBytes(32).toString('base64url'); // always a new one
    sessions.set(cookie, own);
    answer(303, '', { Location: '/', 'Set-Cookie': [session(cookie), handover('', 0)] });
  } catch (error) {
    if (!(error instanceof authms.Refused)) throw error;
    answer(400, 'This link does not work any more. <a href="/start">Sign in</a>');
  }
}

async function logout({ cookies, answer }) {
  const own = sessions.get(cookies.session);
  sessions.delete(cookies.session); // here at once, whatever authms answers
  try {
    if (own) await authms.logout(own.tokens);
  } catch (error) {
    if (!(error instanceof authms.Refused)) throw error; // else it had ended already
  }
  answer(303, '', { Location: '/', 'Set-Cookie': `${session('')}; Max-Age=0` });
}

/** For callers that bring an access token themselves: nobody is asked, the token is verified here. */
async function whoami({ request, answer }) {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ');
  try {
    const { sub } = await authms.verify(scheme.toLowerCase() === 'bearer' ? token : '');
    answer(200, JSON.stringify({ sub }), { 'Content-Type': 'application/json' });
  } catch (error) {
    const noKeys = ['ERR_JOSE_GENERIC', 'ERR_JWKS_TIMEOUT'].includes(error.code); // says nothing about the token
    if (noKeys || !(error instanceof errors.JOSEError)) throw error;
    answer(401, 'no valid token', { 'WWW-Authenticate': 'Bearer error="invalid_token"' });
  }
}

const routes = {
  'GET /': home, 'GET /start': start, 'GET /api/whoami': whoami, 'POST /signin': signin, 'POST /logout': logout,
};

createServer(async (request, response) => {
  const cookies = Object.fromEntries((request.headers.cookie ?? '').split('; ').map((pair) => pair.split('=')));
  const answer = (status, text, headers) => {
    response.writeHead(status, {
      'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer', ...headers,
    }).end(text);
  };
  try {
    const route = routes[`${request.method} ${request.url}`] ?? (() => answer(404, 'nothing here'));
    await route({ request, cookies, answer });
  } catch {
    answer(503, 'try again in a moment');
  }
}).listen(Number(PORT), '127.0.0.1');
