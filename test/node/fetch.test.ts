// fetch on Node and in the simulation: the same bytes on the wire, the same responses, the same errors.
import { expect, test } from 'vitest';
import { expectSame } from './beside-node.ts';
import { runProgram } from './run-program.ts';

/** A server for one answer, and what comes of fetching it. */
const TRIAL = `
    const net = require('node:net');
    const serve = (respond) => new Promise((resolve) => {
      const server = net.createServer((socket) => { socket.on('error', () => {}); socket.once('data', (data) => respond(socket, data)); });
      server.listen(0, '127.0.0.1', () => resolve(server));
    });
    const show = (error, depth = 0) => {
      if (error === null || typeof error !== 'object') return console.log(depth, error);
      console.log(depth, error.constructor.name, error.name, error.code, '|', error.message, '|', Object.keys(error).join());
      if (error.cause !== undefined) show(error.cause, depth + 1);
    };
    const trial = async (name, respond, run = (url) => fetch(url)) => {
      const server = await serve(respond);
      console.log('--', name);
      try {
        const response = await run('http://127.0.0.1:' + server.address().port + '/');
        console.log(response.status, JSON.stringify(response.statusText), response.type, response.redirected, JSON.stringify([...response.headers]), response.body === null);
        console.log(JSON.stringify(await response.text()));
      } catch (error) { show(error); }
      server.close();
    };
`;

test('what servers do wrong, and in which words it fails', async () => {
  await expectSame(`${TRIAL}
    (async () => {
      await trial('garbage', c => c.end('hello there'));
      await trial('close', c => c.end());
      await trial('reset', c => c.resetAndDestroy());
      await trial('cut', c => c.end('HTTP/1.1 200 OK\\r\\nContent-Length: 10\\r\\n\\r\\nabc'));
      await trial('cutchunk', c => c.end('HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n3\\r\\nabc\\r\\n'));
      await trial('bad header', c => c.end('HTTP/1.1 200 OK\\r\\nBad header: x\\r\\n\\r\\nabc'));
      await trial('overflow', c => c.end('HTTP/1.1 200 OK\\r\\nA: '+'x'.repeat(20000)+'\\r\\n\\r\\nabc'));
      await trial('badcl', c => c.end('HTTP/1.1 200 OK\\r\\nContent-Length: x\\r\\n\\r\\nabc'));
      await trial('badchunk', c => c.end('HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nz\\r\\nabc\\r\\n'));
      await trial('101', c => c.end('HTTP/1.1 101 S\\r\\nConnection: upgrade\\r\\nUpgrade: x\\r\\n\\r\\n'));
      await trial('zip bad', c => c.end('HTTP/1.1 200 OK\\r\\nContent-Encoding: gzip\\r\\nContent-Length: 3\\r\\n\\r\\nabc'));
    })();
  `);
});

test('responses without a body, with one until the end, after others', async () => {
  await expectSame(`${TRIAL}
    (async () => {
      await trial('eof body', c => c.end('HTTP/1.1 200 OK\\r\\n\\r\\nabc'));
      await trial('103', c => c.end('HTTP/1.1 103 E\\r\\nlink: x\\r\\n\\r\\nHTTP/1.1 200 fine\\r\\nSet-Cookie: a\\r\\nset-cookie: b\\r\\nX-A: 1\\r\\nx-a: 2\\r\\nContent-Length: 2\\r\\n\\r\\nok'));
      await trial('204', c => c.end('HTTP/1.1 204 No\\r\\n\\r\\n'));
      await trial('HEAD', c => c.end('HTTP/1.1 200 OK\\r\\nContent-Length: 10\\r\\n\\r\\n'), u => fetch(u, {method:'HEAD'}));
      await trial('204 with body', c => c.end('HTTP/1.1 204 No\\r\\nContent-Length: 3\\r\\n\\r\\nabc'));
    })();
  `);
});

test('redirects that are not followed', async () => {
  await expectSame(`${TRIAL}
    (async () => {
      await trial('redir loop', c => c.end('HTTP/1.1 302 F\\r\\nLocation: /x\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n'), u => fetch(u));
      await trial('redir error', c => c.end('HTTP/1.1 302 F\\r\\nLocation: /x\\r\\nContent-Length: 0\\r\\n\\r\\n'), u => fetch(u, {redirect:'error'}));
      await trial('redir manual', c => c.end('HTTP/1.1 302 F\\r\\nLocation: /x\\r\\nContent-Length: 3\\r\\n\\r\\nabc'), u => fetch(u, {redirect:'manual'}));
      await trial('redir badurl', c => c.end('HTTP/1.1 302 F\\r\\nLocation: http://[\\r\\nContent-Length: 0\\r\\n\\r\\n'));
      await trial('redir scheme', c => c.end('HTTP/1.1 302 F\\r\\nLocation: ftp://x/\\r\\nContent-Length: 0\\r\\n\\r\\n'));
      await trial('redir creds', c => c.end('HTTP/1.1 302 F\\r\\nLocation: http://a:b@localhost/\\r\\nContent-Length: 0\\r\\n\\r\\n'));
      await trial('redir noloc', c => c.end('HTTP/1.1 302 F\\r\\nContent-Length: 2\\r\\n\\r\\nab'));
      await trial('307 stream', c => c.end('HTTP/1.1 307 F\\r\\nLocation: /x\\r\\nContent-Length: 0\\r\\n\\r\\n'), u => fetch(u, {method:'POST', duplex:'half', body: new ReadableStream({start(c){c.enqueue(new Uint8Array(1)); c.close()}})}));
    })();
  `);
});

test('aborted at every stage', async () => {
  await expectSame(`${TRIAL}
    (async () => {
      await trial('abort', c => {}, u => { const a = new AbortController(); setTimeout(()=>a.abort(), 20); return fetch(u,{signal:a.signal}); });
      await trial('timeout', c => {}, u => fetch(u,{signal:AbortSignal.timeout(20)}));
      await trial('aborted', c => {}, u => fetch(u,{signal:AbortSignal.abort('why')}));
      await trial('abort body', c => c.write('HTTP/1.1 200 OK\\r\\nContent-Length: 10\\r\\n\\r\\nabc'), u => { const a = new AbortController(); return fetch(u,{signal:a.signal}).then((r) => { setTimeout(()=>a.abort(), 20); return r; }); });
      await trial('stream error', c => {}, u => fetch(u, {method:'POST', duplex:'half', body: new ReadableStream({pull(c){c.error(new Error('mine'))}})}));
    })();
  `);
});

test('the bytes of requests on the wire', async () => {
  const printed = await expectSame(`
    const net = require('node:net');
    process.removeAllListeners('warning');
    const server = net.createServer((socket) => {
      socket.on('error', () => {});
      let all = '';
      socket.on('data', (data) => {
        all += data.toString('latin1');
        const isWhole = all.includes('chunked') ? all.endsWith('0\\r\\n\\r\\n') : true;
        if (!isWhole) return;
        console.log(JSON.stringify(all.replaceAll(String(server.address().port), 'PORT').replace(/formdata-undici-\\d+/g, 'BOUNDARY')));
        socket.end('HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nhi');
      });
    });
    server.listen(0, '127.0.0.1', async () => {
      const t = async (...options) => {
        try {
          const response = await fetch('http://127.0.0.1:' + server.address().port + '/a?b#c', ...options);
          console.log(response.status, await response.text());
        } catch (error) { console.log(error.message, error.cause?.message); }
      };
      await t();
      await t({method:'POST', body:'x'});
      await t({method:'POST', body:new URLSearchParams('a=b')});
      await t({method:'POST', body:new Uint8Array([65,66]), headers: {'X-Foo':'1', 'content-type':'x/y'}});
      await t({method:'POST'});
      await t({method:'PUT', body: new ReadableStream({start(c){c.enqueue(new TextEncoder().encode('abc'));c.close();}}), duplex:'half'});
      await t({headers:{'user-agent':'me','accept':'a/b', 'Accept-Language':'de', 'X-Y':'z', cookie:'a=b', 'accept-encoding':'gzip'}, cache:'no-store'});
      await t({headers:{Range:'bytes=0-1'}});
      await t({method:'DELETE', referrer: 'http://x/', cache: 'no-cache', mode:'cors', credentials:'include', keepalive:true});
      await t({method:'patch', body:'x'});
      await t({method:'HEAD'});
      await t({method:'POST', body: new Blob(['x'],{type:'a/b'})});
      await t({headers:{host:'foo', connection:'close', 'content-length':'3'}});
      await t({method:'CONNECT'});
      await t({method:'GET', body:'x'});
      await t({ method: 'PUT', body: (async function* () { yield 'one'; yield new Uint8Array([50]); })(), duplex: 'half' });
      const form = new FormData();
      form.append('a', 'b\\nc');
      form.append('f', new Blob(['hello'], { type: 'text/plain' }), 'x"y.txt');
      await t({ method: 'POST', body: form });
      await t(new Request('http://127.0.0.1:' + server.address().port + '/again', { method: 'POST', body: 'text', headers: [['A', '1'], ['a', '2']] }));
      await t({ cache: 'no-cache', integrity: 'sha256-j0NDRmSPa5bfid2pAcUXaxCm2Dlh3TwayItZstwyeqQ=' });
      await t({ integrity: 'sha256-AAAA' });
      server.close();
    });
  `);
  expect(printed).toContain('accept-encoding: gzip, deflate');
});

test('connections are used again, and idle ones keep no program alive', async () => {
  await expectSame(`
    const net = require('node:net');
    let connections = 0;
    const server = net.createServer((socket) => {
      const id = ++connections;
      socket.on('error', () => {});
      socket.unref();
      socket.on('data', (data) => {
        const path = data.toString().split(' ')[1];
        if (path === '/slow') setTimeout(() => socket.write('HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nhi'), 30);
        else socket.write('HTTP/1.1 200 OK\\r\\nContent-Length: 1\\r\\n' + (path === '/last' ? 'Connection: close\\r\\n' : '') + '\\r\\n' + id);
      });
      socket.on('close', () => console.log('closed', id));
    });
    server.listen(0, '127.0.0.1', async () => {
      const base = 'http://127.0.0.1:' + server.address().port;
      const get = async (path) => (await fetch(base + path)).text();
      console.log(await get('/1'), await get('/2'));
      console.log((await Promise.all([get('/slow'), get('/3'), get('/4')])).map((one) => one === 'hi' ? one : Number(one) > 1).join());
      console.log(await get('/last'));
      await new Promise((resolve) => setTimeout(resolve, 20));
      console.log(connections);
      server.close();
      const before = performance.now();
      process.on('exit', () => console.log('exit', performance.now() - before < 3000));
    });
  `);
});

test('redirects change methods, drop what is private, and say where they ended', async () => {
  await expectSame(`
    const net = require('node:net');
    const answer = (status, extra, body = '') => 'HTTP/1.1 ' + status + ' X\\r\\nConnection: close\\r\\nContent-Length: ' + body.length + '\\r\\n' + extra + '\\r\\n' + body;
    const make = (other) => new Promise((resolve) => {
      const server = net.createServer((socket) => {
        socket.on('error', () => {});
        socket.on('data', (data) => {
          const [line, ...lines] = data.toString().split('\\r\\n');
          const [method, path] = line.split(' ');
          console.log(method, path, lines.filter((one) => /^(authorization|cookie|content|x-)/i.test(one)).join(' '), JSON.stringify(lines.at(-1)));
          const status = Number(path.slice(1));
          if (path.startsWith('/away')) socket.end(answer(307, 'Location: http://127.0.0.1:' + other + '/end#there\\r\\n'));
          else if (status) socket.end(answer(status, 'Location: /end?' + status + '\\r\\n'));
          else socket.end(answer(200, '', 'done'));
        });
      });
      server.listen(0, '127.0.0.1', () => resolve(server));
    });
    (async () => {
      const far = await make(0);
      const near = await make(far.address().port);
      const mask = (url) => url.replace(String(near.address().port), 'NEAR').replace(String(far.address().port), 'FAR');
      for (const status of [301, 302, 303, 307, 308])
        for (const method of ['GET', 'POST', 'PUT']) {
          const response = await fetch('http://127.0.0.1:' + near.address().port + '/' + status, { method, body: method === 'GET' ? undefined : 'body', headers: { Authorization: 'a', 'X-Mine': '1' } });
          console.log(response.status, response.redirected, mask(response.url), await response.text());
        }
      const away = await fetch('http://127.0.0.1:' + near.address().port + '/away#frag', { method: 'POST', body: 'kept', headers: { Authorization: 'secret', Cookie: 'c', 'X-Mine': '1' } });
      console.log(away.redirected, mask(away.url), await away.text());
      near.close();
      far.close();
    })();
  `);
});

test('URLs that need no network, and those that are refused', async () => {
  await expectSame(`${TRIAL}
    (async () => {
      for (const url of ['ftp://x/', 'about:blank', 'file:///x', 'mailto:x', 'data:text/plain,hi%20there', 'data:;base64,aGk=', 'data:TEXT/html;Charset=utf-8,<p>', 'data:,a%zzb', 'data:nothing', 'http://127.0.0.1:1/', 'http://127.0.0.1:6000/', 'blob:nodedata:x', 'http://', '/relative', 'http://a:b@c/']) {
        console.log('--', url);
        try {
          const response = await fetch(url);
          console.log(response.status, response.statusText, response.url, response.type, [...response.headers], await response.text());
        } catch (error) { show(error); }
      }
      const blob = new Blob(['hello'], { type: 'a/b' });
      const url = URL.createObjectURL(blob);
      const response = await fetch(url);
      console.log(response.status, response.url === url, [...response.headers], await response.text());
      URL.revokeObjectURL(url);
      await fetch(url).catch(show);
      const refused = net.createServer().listen(0, '127.0.0.1', () => {
        const { port } = refused.address();
        refused.close(() => fetch('http://127.0.0.1:' + port + '/').catch((error) => {
          console.log(error.message, error.cause.code, error.cause.syscall, error.cause.address, error.cause.port === port, error.cause.message.replace(port, 'PORT'));
        }));
      });
    })();
  `);
});

test('bodies are read once, cloned, and held back', async () => {
  await expectSame(`${TRIAL}
    (async () => {
      const ok = (body, extra = '') => (socket) => socket.end('HTTP/1.1 200 OK\\r\\nContent-Length: ' + body.length + '\\r\\n' + extra + '\\r\\n' + body);
      const get = async (respond, run) => { const server = await serve(respond); try { await run(await fetch('http://127.0.0.1:' + server.address().port + '/')); } catch (error) { show(error); } server.close(); };
      await get(ok('{"a":1}'), async (r) => console.log(await r.json(), r.bodyUsed));
      await get(ok('{"a":1'), async (r) => console.log(await r.json()));
      await get(ok('abc'), async (r) => { await r.text(); await r.text(); });
      await get(ok('abc'), async (r) => { const copy = r.clone(); console.log(await r.text(), await copy.text(), r.bodyUsed, copy.url === r.url); });
      await get(ok('abc'), async (r) => console.log(await r.arrayBuffer(), r.headers.get('content-length')));
      await get(ok('abc', 'Content-Type: text/PLAIN\\r\\n'), async (r) => console.log(await r.blob()));
      await get(ok('abc'), async (r) => console.log(await r.bytes()));
      await get(ok('a=1&b=%20', 'Content-Type: application/x-www-form-urlencoded\\r\\n'), async (r) => console.log([...await r.formData()]));
      await get(ok('--x\\r\\nContent-Disposition: form-data; name="a"\\r\\n\\r\\n1\\r\\n--x\\r\\nContent-Disposition: form-data; name="f"; filename="n.txt"\\r\\nContent-Type: text/x\\r\\n\\r\\nfile\\r\\n--x--\\r\\n', 'Content-Type: multipart/form-data; boundary=x\\r\\n'), async (r) => { const form = await r.formData(); const f = form.get('f'); console.log(form.get('a'), f.name, f.type, await f.text()); });
      await get(ok('abc'), async (r) => r.formData());
      await get(ok('abc'), async (r) => r.headers.append('a', 'b'));
      await get(ok('abc'), async (r) => { const reader = r.body.getReader(); const { value } = await reader.read(); console.log(new TextDecoder().decode(value), (await reader.read()).done, r.bodyUsed); });
      await get((socket) => { const piece = Buffer.alloc(16384, 'x'); let sent = 0; socket.write('HTTP/1.1 200 OK\\r\\nContent-Length: 4014080\\r\\n\\r\\n'); while (sent < 4_000_000) { sent += piece.length; socket.write(piece); } setTimeout(() => console.log('held back', socket.writableLength > 0), 200).unref(); }, async (r) => {
        await new Promise((resolve) => setTimeout(resolve, 300));
        let all = 0;
        for await (const piece of r.body) all += piece.length;
        console.log(all);
      });
    })();
  `);
});

test('what came packed is unpacked', async () => {
  await expectSame(`${TRIAL}
    (async () => {
      const packed = {
        gzip: 'H4sIAAAAAAACAytITM5OTVEoGKVGqVFqlBql6EMBAOcodqd4BQAA',
        deflate: 'eJwrSEzOTk1RKBilRqlRapQapehDAQBQDvpQ',
        'deflate ': 'K0hMzk5NUSgYpUapUWqUGqXoQwEA',
      };
      for (const [coding, base64] of Object.entries(packed)) {
        const bytes = Buffer.from(base64, 'base64');
        await trial(coding, (socket) => {
          socket.write('HTTP/1.1 200 OK\\r\\nContent-Encoding: ' + coding.trim() + '\\r\\nContent-Length: ' + bytes.length + '\\r\\n\\r\\n');
          socket.write(bytes.subarray(0, 5));
          setTimeout(() => socket.end(bytes.subarray(5)), 5);
        });
      }
      await trial('unknown', (socket) => socket.end('HTTP/1.1 200 OK\\r\\nContent-Encoding: x-own\\r\\nContent-Length: 3\\r\\n\\r\\nabc'));
    })();
  `);
});

test('an upload can be aborted: the stream hears of it', async () => {
  await expectSame(`${TRIAL}
    (async () => {
      const controller = new AbortController();
      let cancelled = 'never';
      const body = new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(1000)); return new Promise((resolve) => setTimeout(resolve, 5)); }, cancel(reason) { cancelled = reason.name; } });
      // before anything is read of it: Node cancels no stream that it reads already
      await trial('upload', () => {}, (url) => {
        const asked = fetch(url, { method: 'POST', body, duplex: 'half', signal: controller.signal });
        controller.abort();
        return asked;
      });
      console.log(cancelled);
    })();
  `);
});

test('an idle connection is closed after four seconds, or two before the server would', async () => {
  const { stdout } = await runProgram(`
    const net = require('node:net');
    const begun = performance.now();
    const make = (extra) => new Promise((resolve) => {
      const server = net.createServer((socket) => {
        socket.on('data', () => socket.write('HTTP/1.1 200 OK\\r\\n' + extra + 'Content-Length: 2\\r\\n\\r\\nok'));
        socket.on('end', () => console.log(JSON.stringify(extra), Math.round((performance.now() - begun) / 100) / 10));
      });
      server.listen(0, '127.0.0.1', () => resolve('http://127.0.0.1:' + server.address().port));
    });
    (async () => {
      for (const extra of ['', 'Keep-Alive: timeout=5\\r\\n', 'Keep-Alive: timeout=2\\r\\n', 'Keep-Alive: timeout=60\\r\\n'])
        await (await fetch(await make(extra))).text();
      setTimeout(() => process.exit(), 100_000);
    })();
  `);
  expect(stdout.split('\n').sort().join('\n').trim()).toBe(
    [
      '"" 4',
      '"Keep-Alive: timeout=2\\r\\n" 0',
      '"Keep-Alive: timeout=5\\r\\n" 3',
      '"Keep-Alive: timeout=60\\r\\n" 58',
    ].join('\n'),
  );
});

test('https fails and says why; a host that never answers takes ten seconds', async () => {
  const { stdout, ms } = await runProgram(
    `
    fetch('http://localhost:8080/').catch(({ cause }) => console.log(cause.constructor.name, cause.code, cause.errors.map((one) => one.message)));
    fetch('https://server.example/').catch((error) => console.log(error.message, '|', error.cause.message));
    fetch('http://203.0.113.9:8080/').catch((error) => console.log(error.message, error.cause.code, error.cause.message));
    fetch('http://server.example:8080/').catch((error) => console.log(error.message, error.cause.message));
  `,
  );
  expect(stdout).toContain(
    'fetch failed | the simulated Node speaks no https: TLS comes with the chapter on TLS',
  );
  expect(stdout).toContain('fetch failed connect ECONNREFUSED');
  expect(stdout).toMatch(/AggregateError ECONNREFUSED \[[^\]]*127\.0\.0\.1:8080[^\]]*\]/);
  expect(stdout).toMatch(/AggregateError ECONNREFUSED \[[^\]]*::1:8080[^\]]*\]/);
  expect(stdout).toMatch(/fetch failed (ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)/);
  expect(ms).toBeLessThanOrEqual(10_100);
});

test('the same program leaves the same trace, packets and all', async () => {
  const source = `
    const net = require('node:net');
    const server = net.createServer((socket) => {
      socket.on('data', (data) => socket.write('HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\nhello'));
    });
    server.listen(0, async () => {
      const url = 'http://laptop.example:' + server.address().port + '/';
      const form = new FormData();
      form.append('id', crypto.randomUUID());
      console.log(await Promise.all([fetch(url), fetch(url, { method: 'POST', body: form })].map(async (one) => (await one).text())));
      setTimeout(() => process.exit(), 10);
    });
  `;
  const [one, two] = [await runProgram(source), await runProgram(source)];
  expect(one.stdout).toBe("[ 'hello', 'hello' ]\n");
  expect(one.world.trace.digest).toBe(two.world.trace.digest);
});
