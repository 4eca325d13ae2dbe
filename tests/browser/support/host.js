// A page of somebody else, at an origin of its own, with elements of the app.

import { createServer } from 'node:http';
import { Server } from './server.js';

/** What a portal has to allow, and no more: see docs/embedding.md. */
export const policy = (server) => [
  "default-src 'none'", `script-src 'self' ${server} 'wasm-unsafe-eval'`, `connect-src ${server}`, 'worker-src blob:',
  'img-src data:', "style-src 'self'", "require-trusted-types-for 'script'", "base-uri 'none'",
].join('; ');

/** A portal with files by their paths, each as a function of the server's address, and a server that lets it have elements. */
export class Host {
  static async start(files, args = []) {
    const host = new Host();
    host.listener = createServer((request, answer) => {
      const path = request.url.split('?')[0];
      const file = files[path];
      if (!file) return answer.writeHead(404).end();
      const kind = path.endsWith('.js') ? 'text/javascript' : path.endsWith('.css') ? 'text/css' : 'text/html';
      return answer.writeHead(200, { 'content-type': `${kind}; charset=utf-8`, 'content-security-policy': policy(host.server.url) })
        .end(file(host.server.url));
    });
    await new Promise((done) => host.listener.listen(0, '127.0.0.1', done));
    host.url = `http://127.0.0.1:${host.listener.address().port}`;
    host.server = await Server.start(['--allow-origin', host.url, ...args]);
    return host;
  }

  async stop() {
    await this.server.remove();
    this.listener.closeAllConnections();
    await new Promise((done) => this.listener.close(done));
  }
}
