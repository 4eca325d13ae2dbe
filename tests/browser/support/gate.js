// What stands in front of a server and knows who is asking: a door that can be closed in the ways in which real ones are.

import { createServer, request } from 'node:http';

export class Gate {
  /** Starts a gate in front of a server. */
  static async start(server) {
    const gate = new Gate();
    gate.server = new URL(server.url);
    // How it answers whoever is signed out; nothing while everybody is signed in.
    gate.closed = null;
    // The path below which the server is reached; everything else is a portal's page.
    gate.prefix = '';
    // What it makes of an answer, given `{ method, url, status, headers, body }`: changes to it, or `'lose'` to close the
    // connection instead. Asked before, with no status, it may answer by itself.
    gate.meddle = null;
    // What was asked, in order: `GET /v2/users`.
    gate.asked = [];
    // The paths of what it refused, lost or had answered otherwise: of those alone a browser may complain.
    gate.refused = new Set();
    gate.listener = createServer((asked, answer) => gate.answer(asked, answer));
    await new Promise((done) => gate.listener.listen(0, '127.0.0.1', done));
    gate.url = `http://127.0.0.1:${gate.listener.address().port}`;
    return gate;
  }

  answer(asked, answer) {
    const page = '<!doctype html><title>Sign in</title><h1>Sign in</h1>';
    const ways = {
      redirect: [302, { location: 'https://login.invalid/?to=here' }, ''],
      'redirect here': [302, { location: '/sign-in' }, ''],
      page: [200, { 'content-type': 'text/html; charset=utf-8' }, page],
      'forbidden page': [403, { 'content-type': 'text/html' }, page],
      401: [401, { 'content-type': 'text/plain' }, 'Unauthorized'],
    };
    const refused = () => this.refused.add(asked.url.split('?')[0]);
    if (this.closed) {
      refused();
      const [status, headers, body] = ways[this.closed];
      return answer.writeHead(status, headers).end(body);
    }
    if (!asked.url.startsWith(this.prefix)) {
      return answer.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Portal</title>');
    }
    const [method, url] = [asked.method, asked.url.slice(this.prefix.length)];
    this.asked.push(`${method} ${url.split('?')[0]}`);
    const early = this.meddle?.({ method, url });
    if (early) refused();
    if (early === 'lose') return asked.socket.destroy();
    if (early) return answer.writeHead(early.status ?? 200, early.headers ?? {}).end(early.body ?? '');
    const { hostname, port } = this.server;
    const headers = { ...asked.headers };
    // What is changed must be readable.
    if (this.meddle) delete headers['accept-encoding'];
    const onward = request({ hostname, port, path: url, method, headers }, (said) => {
      if (!this.meddle) {
        answer.writeHead(said.statusCode, said.headers);
        return said.pipe(answer);
      }
      const parts = [];
      said.on('data', (part) => parts.push(part));
      said.on('end', () => {
        const came = { method, url, status: said.statusCode, headers: said.headers, body: Buffer.concat(parts) };
        // A test may have taken it away meanwhile.
        const made = this.meddle?.(came);
        if (made) refused();
        if (made === 'lose') return asked.socket.destroy();
        const { status, headers, body } = { ...came, ...made };
        delete headers['transfer-encoding'];
        answer.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
      });
    });
    onward.on('error', () => {
      refused();
      answer.writeHead(502).end();
    });
    asked.pipe(onward);
  }

  /** Is a portal, too, which shows the app in a frame with these attributes, and is allowed to; the address of its page. */
  portal(attributes) {
    this.meddle = ({ status, headers, url }) => {
      if (!status && url === '/portal') {
        const body = `<!doctype html><title>Portal</title><iframe ${attributes}></iframe>`;
        return { headers: { 'content-type': 'text/html' }, body };
      }
      const policy = status && headers['content-security-policy'];
      if (!policy) return null;
      return { headers: { ...headers, 'content-security-policy': policy.replace(/frame-ancestors [^;]*/, 'frame-ancestors *') } };
    };
    return `${this.url}/portal`;
  }

  /** Whether what a browser could not load from here was refused here, or elsewhere, where whoever is signed out is sent. */
  hasRefused(url) {
    const { origin, pathname } = new URL(url);
    return origin === this.url ? this.refused.has(pathname) : pathname === '/' && this.refused.size > 0;
  }

  async stop() {
    this.listener.closeAllConnections();
    await new Promise((done) => this.listener.close(done));
  }
}
