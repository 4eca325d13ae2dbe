// The real server on a folder of its own.

import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const FILE = 'escalation.db';

/** The folder of a database as it is begun, made once in each process: a copy of it takes half the time of another. */
let begun;
async function begin() {
  const server = await Server.on(await mkdtemp(join(tmpdir(), 'escalation-begun-')), []);
  // A clean stop leaves all of it in one file.
  await server.down('SIGTERM');
  process.once('exit', () => rmSync(server.folder, { recursive: true, force: true }));
  return server.folder;
}

export class Server {
  /** Starts a server on a new database; `more` are further options of its command line. */
  static async start(more = []) {
    const folder = await mkdtemp(join(tmpdir(), 'escalation-'));
    if (!more.includes('--empty') && !more.includes('--upstream')) {
      begun ??= begin();
      await copyFile(join(await begun, FILE), join(folder, FILE));
    }
    return Server.on(folder, more);
  }

  /** Starts a server on the database in a folder. */
  static async on(folder, more) {
    const server = new Server();
    server.folder = folder;
    server.more = more;
    server.port = 0;
    await server.up();
    return server;
  }

  /** Starts the process, on the port that it had before. */
  async up() {
    const unlimited = ['--requests-per-minute', '0', '--escalations-per-minute', '0'];
    const options = [...unlimited, '--listen', `127.0.0.1:${this.port}`, '--data', this.folder, '--app', process.env.APP, ...this.more];
    this.process = spawn(process.env.SERVER, options, { stdio: ['ignore', 'pipe', 'pipe'] });
    const said = [];
    this.process.stderr.on('data', (text) => said.push(text));
    const line = await new Promise((resolve, reject) => {
      createInterface(this.process.stdout).once('line', resolve);
      this.process.once('exit', () => reject(new Error(`the server did not start: ${Buffer.concat(said)}`)));
    });
    this.url = line.match(/http:\S+[^/]/)[0];
    this.port = Number(new URL(this.url).port);
  }

  /** Stops the process; the database stays. */
  async down(signal = 'SIGKILL') {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const gone = new Promise((resolve) => this.process.once('exit', resolve));
      this.process.kill(signal);
      await gone;
    }
  }

  async remove() {
    await this.down();
    await rm(this.folder, { recursive: true, force: true });
  }

  async api(method, path, body) {
    const answer = await fetch(`${this.url}${path}`, {
      method,
      headers: body ? { 'content-type': 'application/json' } : {},
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: answer.status, body: text && JSON.parse(text) };
  }

  /** A path as the API returns it. */
  async path(id) {
    return (await this.api('GET', `/v2/escalation_paths/${id}`)).body.escalation_path;
  }
}
