// Headers, Request, Response and FormData without a network: the same objects and the same words as on Node.
import { test } from 'vitest';
import { expectSame } from './beside-node.ts';

const TRY = `
  const attempt = (run) => {
    const name = String(run).slice(6);
    try {
      const value = run();
      console.log(name, typeof value === 'object' && value !== null ? value.constructor.name : value);
    } catch (error) {
      console.log(name, error.constructor.name, error.code, error.message, error.cause?.message);
    }
  };
`;

test('headers: order, joining, cookies, iteration and refusals', async () => {
  await expectSame(`${TRY}
    const headers = new Headers({ b: '2', A: ' 1 ' });
    headers.append('Set-Cookie', 'x=1');
    headers.append('set-cookie', 'y=2');
    headers.append('b', '3');
    console.log([...headers], headers.get('B'), headers.get('set-cookie'), headers.getSetCookie(), headers.get('none'));
    headers.set('a', 'new');
    headers.delete('b');
    console.log(headers, headers.has('a'), [...headers.keys()], [...headers.values()], Object.prototype.toString.call(headers));
    headers.forEach(function (value, name, all) { console.log(this.x, name, value, all === headers); }, { x: 1 });
    console.log(new Headers(headers), new Headers([['q', 'w']]), new Headers(new Map([['k', 'v']])), new Headers());
    attempt(() => new Headers([['a']]));
    attempt(() => new Headers(1));
    attempt(() => new Headers(null));
    attempt(() => new Headers([1]));
    attempt(() => new Headers({ 'a b': 'c' }));
    attempt(() => new Headers({ a: 'x\\0y' }));
    attempt(() => new Headers({ a: Symbol() }));
    attempt(() => new Headers({ a: '\\u0400' }));
    attempt(() => new Headers().append('x'));
    attempt(() => new Headers().set('x'));
    attempt(() => new Headers().get());
    attempt(() => new Headers().has('a b'));
    attempt(() => new Headers().delete(''));
    attempt(() => new Headers({ host: 'x', connection: 'y' }).get('host'));
  `);
});

test('requests: what they take from each other, and refuse', async () => {
  await expectSame(`${TRY}
    (async () => {
      const request = new Request('http://example.test/a?b#c', { method: 'post', body: 'x', headers: { A: '1' }, redirect: 'manual', cache: 'no-store', credentials: 'include' });
      console.log(request);
      const copy = new Request(request, { headers: { B: '2' } });
      console.log(copy.method, [...copy.headers], request.bodyUsed, await copy.text(), copy.redirect, copy.url);
      const first = new Request('http://example.test/', { method: 'PUT', body: new URLSearchParams('q=1') });
      const second = first.clone();
      console.log(await first.text(), await second.text(), second.headers.get('content-type'), first.bodyUsed);
      const aborted = new AbortController();
      const watched = new Request('http://example.test/', { signal: aborted.signal });
      aborted.abort('enough');
      console.log(watched.signal.aborted, watched.signal.reason, watched.signal === aborted.signal, watched.duplex, watched.referrer);
      console.log(new Request('http://example.test/', { referrer: 'http://other.test/x' }).referrer, new Request('http://example.test/', { referrer: '' }).referrer);
      attempt(() => new Request());
      attempt(() => new Request('/x'));
      attempt(() => new Request('http://a:b@c/'));
      attempt(() => new Request('http://a/', { method: 'GET', body: 'x' }));
      attempt(() => new Request('http://a/', { method: 'TRACE' }));
      attempt(() => new Request('http://a/', { method: 'a b' }));
      attempt(() => new Request('http://a/', { method: 'patch' }).method);
      attempt(() => new Request('http://a/', { method: 'POST', body: new ReadableStream() }));
      attempt(() => new Request('http://a/', { mode: 'navigate' }));
      attempt(() => new Request('http://a/', { mode: 'x' }));
      attempt(() => new Request('http://a/', { signal: 1 }));
      attempt(() => new Request('http://a/', { redirect: 'x' }));
      attempt(() => new Request('http://a/', { cache: 'only-if-cached' }));
      attempt(() => new Request('http://a/', { window: 1 }));
      attempt(() => new Request('http://a/', { duplex: 'full' }));
      attempt(() => new Request('http://a/', { referrer: '/x' }));
      attempt(() => new Request(first));
    })();
  `);
});

test('responses: statuses, bodies of every kind, and refusals', async () => {
  await expectSame(`${TRY}
    (async () => {
      const show = async (response) => console.log(response.status, response.ok, response.statusText, response.type, [...response.headers].map(([n, v]) => n + '=' + v.replace(/\\d{6,}/, 'N')), await response.text());
      await show(new Response());
      await show(new Response('text', { status: 404, statusText: 'Gone away', headers: { a: 'b' } }));
      await show(new Response(new URLSearchParams({ a: 'b c' })));
      await show(new Response(new Blob(['blob'], { type: 'x/y' })));
      await show(new Response(new Uint8Array([104, 105])));
      await show(new Response(new Uint8Array([104, 105]).buffer));
      await show(new Response(new ReadableStream({ start(c) { c.enqueue(new TextEncoder().encode('stream')); c.close(); } })));
      await show(new Response(42));
      await show(Response.json({ a: [1] }, { status: 201 }));
      await show(Response.redirect('http://a.test/x', 307));
      console.log(Response.error().type, Response.error().status, new Response('a').body, new Response().body, new Response(null, { status: 204 }).body);
      const form = new FormData();
      form.append('a', '1');
      form.append('f', new File(['file'], 'n.txt', { type: 'text/plain' }));
      const back = await new Response(form).formData();
      console.log([...back.keys()], back.get('a'), back.get('f').name, back.get('f').type, await back.get('f').text());
      const once = new Response('once');
      await once.text();
      await once.json().catch((error) => console.log(error.name, error.message));
      try { once.clone(); } catch (error) { console.log(error.name, error.message); }
      await new Response('{').json().catch((error) => console.log(error.name, error.message));
      await new Response(new ReadableStream({ start(c) { c.enqueue('text'); c.close(); } })).text().catch((error) => console.log(error.name, error.message));
      await new Response(new ReadableStream({ start(c) { c.error(new Error('mine')); } })).text().catch((error) => console.log(error.name, error.message));
      attempt(() => new Response('a', { status: 204 }));
      attempt(() => new Response('a', { status: 100 }));
      attempt(() => new Response('a', { statusText: '\\n' }));
      attempt(() => Response.redirect('x'));
      attempt(() => Response.redirect('http://x/', 200));
      attempt(() => Response.json(() => {}));
      attempt(() => Response.json());
      attempt(() => { const stream = new ReadableStream(); stream.getReader(); new Response(stream); });
      attempt(() => Response.error().headers.append('a', 'b'));
      console.log(new Response('shown', { headers: { x: 'y' } }));
    })();
  `);
});

test('bodies as streams of text', async () => {
  await expectSame(`${TRY}
    (async () => {
      const bytes = Uint8Array.of(0xef, 0xbb, 0xbf, 0x61, 0xff);
      for (const make of [() => new Response('h€'), () => new Response(bytes), () => new Response(null), () => new Response(''), () => new Blob(['é'.repeat(700)]), () => new Blob([bytes]), () => new Blob([]), () => new Request('http://a.example/', { method: 'POST', body: 'b' })]) {
        const one = make();
        const stream = one.textStream();
        console.log(stream, one.bodyUsed, one.body?.locked);
        for await (const piece of stream) console.log(typeof piece, piece.length, piece.slice(0, 9));
        console.log(one.bodyUsed);
        attempt(() => one.textStream());
      }
      let length = 0;
      for await (const piece of new Blob(['é'.repeat(70_000)]).textStream()) length += piece.length;
      console.log(length);
      const read = new Response('x');
      await read.text();
      attempt(() => read.textStream());
      attempt(() => Blob.prototype.textStream.call({}));
      for (const { prototype } of [Blob, Request, Response]) console.log(Object.getOwnPropertyDescriptor(prototype, 'textStream'));
    })();
  `);
});

test('forms', async () => {
  await expectSame(`${TRY}
    const form = new FormData();
    form.append('a', '1');
    form.append('a', 2);
    form.append('b', 'x');
    form.set('b', 'y');
    form.append('f', new Blob(['z']), 'called.txt');
    console.log([...form.keys()], form.getAll('a'), form.get('b'), form.has('c'), form.get('c'), form.get('f').name, form.get('f') instanceof File);
    form.set('a', 'only');
    form.delete('f');
    console.log(form, [...form]);
    attempt(() => new FormData(1));
    attempt(() => form.append('a'));
    attempt(() => form.append('a', 'b', 'c'));
    attempt(() => form.append('a', {}, 'c'));
    attempt(() => form.get());
  `);
});
