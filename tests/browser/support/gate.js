// What stands in front of a server and knows who is asking: a door that can be closed in the ways in which real ones are.

import { createServer, request } from 'node:http';

export class Gate {
  /** Starts a gate in front of a server. */
  static async start(server) {
    const gate = new Gate();
    gate.server = new URL(server.url);
    // How it answers whoever is signed out; nothing while everybody is signed in.
    gate.closed = null;
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
    if (this.closed) {
      const [status, headers, body] = ways[this.closed];
      return answer.writeHead(status, headers).end(body);
    }
    const { hostname, port } = this.server;
    const onward = request({ hostname, port, path: asked.url, method: asked.method, headers: asked.headers }, (said) => {
      answer.writeHead(said.statusCode, said.headers);
      said.pipe(answer);
    });
    onward.on('error', () => answer.writeHead(502).end());
    asked.pipe(onward);
  }

  async stop() {
    this.listener.closeAllConnections();
    await new Promise((done) => this.listener.close(done));
  }
}
