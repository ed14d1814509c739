import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildResult, build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Where the engine's files are on every page: what pages give as `wasmPaths`. */
const engine = { '/engine/': new URL('../../node_modules/onnxruntime-web/dist/', import.meta.url) };

/** An installed Chromium, or undefined: browsers are never downloaded. */
export const chromiumPath: string | undefined = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
].find((path) => path !== undefined && existsSync(path));

/** Nothing may look for a network; WebGPU computes on the CPU, so that it is there on every machine. */
const flags = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
];

export interface OpenPage extends AsyncDisposable {
  readonly page: Page;
}

/**
 * Bundles a module, serves it from this machine on a cross-origin isolated page and opens that in Chromium. The module
 * sets `globalThis.ready` when it is. `folders` are served as they are; "/plain" is the same page without isolation.
 */
export async function openPage(entry: URL, folders: Readonly<Record<string, URL>> = {}): Promise<OpenPage> {
  if (!chromiumPath) throw new Error('No Chromium is installed.');
  const bundle = await build({
    entryPoints: { page: fileURLToPath(entry) },
    bundle: true,
    splitting: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    outdir: '/',
    logLevel: 'error',
    conditions: ['onnxruntime-web-use-extern-wasm'],
  });
  const server = await serve(bundle, { ...engine, ...folders });
  let browser: Browser | undefined;
  const close = async (): Promise<void> => {
    await browser?.close();
    await new Promise((resolve) => server.close(resolve));
  };
  try {
    browser = await chromium.launch({ executablePath: chromiumPath, args: flags });
    const page = await browser.newPage();
    page.on('pageerror', (error) => console.error(`page: ${error.message}`));
    await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
    await untilReady(page);
    return { page, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Waits for a page's module to have run. */
export const untilReady = (page: Page): Promise<unknown> =>
  page.waitForFunction('globalThis.ready === true', undefined, { timeout: 60_000 });

const types: Readonly<Record<string, string>> = {
  js: 'text/javascript',
  mjs: 'text/javascript',
  wasm: 'application/wasm',
};

async function serve(bundle: BuildResult<{ write: false }>, folders: Readonly<Record<string, URL>>): Promise<Server> {
  const files = new Map(bundle.outputFiles.map((file) => [`/${basename(file.path)}`, file.contents]));
  const page =
    '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>';
  const contents = async (path: string): Promise<Uint8Array | string | null> => {
    if (path === '/' || path === '/plain') return page;
    const folder = Object.keys(folders).find((prefix) => path.startsWith(prefix));
    if (folder) return readFile(new URL(basename(path), folders[folder])).catch(() => null);
    return files.get(path) ?? null;
  };
  const respond = async (path: string, response: ServerResponse): Promise<void> => {
    const body = await contents(path);
    response.writeHead(body === null ? 404 : 200, {
      'content-type': types[path.split('.').at(-1)!] ?? 'text/html',
      // Shared memory, hence threads, only exists on isolated pages.
      ...(path !== '/plain' && {
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
      }),
    });
    response.end(body ?? '');
  };
  const server = createServer((request, response) => {
    void respond(new URL(request.url!, 'http://localhost').pathname, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
