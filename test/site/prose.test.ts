import { expect, test } from 'vitest';
import { withBase } from '../../src/site/href.ts';
import { policy, scriptHashes, secure } from '../../src/site/integrations/csp.ts';
import { blockEnds, finishProse } from '../../src/site/prose.ts';

const blocks = (html: string) => {
  let start = 0;
  return blockEnds(html).map((end) => {
    const block = html.slice(start, end);
    start = end;
    return block;
  });
};

test('the blocks of a page are its outermost elements', () => {
  expect(blocks('<p>a <em>b</em></p><hr><ul><li>c<br></li></ul>')).toEqual([
    '<p>a <em>b</em></p>',
    '<hr>',
    '<ul><li>c<br></li></ul>',
  ]);
  expect(blocks('<div title="a > b"><img src="x"></div><svg><path d=""/></svg>')).toHaveLength(2);
});

test('what looks like markup inside code, script and comments is not counted', () => {
  expect(
    blocks('<!-- <p> --><p>a</p><script>if (a < b) "</p>"</script><pre><code><i></code></pre>'),
  ).toHaveLength(3);
});

test('a note leaves its number in the sentence and moves behind the block', () => {
  const html = finishProse('<p>One.<rt-note>First.</rt-note> Two.</p><p>Three.</p>', '/');
  expect(html).toMatch(
    /^<p>One\.<sup class="note-ref"[^>]*><a id="to-note-1" href="#note-1"[^>]*>1<\/a><\/sup> Two\.<\/p><div class="notes"/,
  );
  expect(html).toMatch(/id="note-1">.*First\.<\/p><\/div><p>Three\.<\/p>$/);
});

test('notes of one block stand together, and are numbered through the page', () => {
  const html = finishProse(
    '<ul><li>a<rt-note>A</rt-note></li><li>b<rt-note>B</rt-note></li></ul><p>c<rt-note>C</rt-note></p>',
    '/',
  );
  expect(html.match(/class="notes"/g)).toHaveLength(2);
  expect([...html.matchAll(/class="note" id="note-(\d)"/g)].map((match) => match[1])).toEqual([
    '1',
    '2',
    '3',
  ]);
});

test('a table of the text is reached by keyboard, and an empty corner heads nothing; a table of a figure is its own', () => {
  const row = '<thead><tr><th></th><th>IPv4</th></tr></thead>';
  const island = `<figure><astro-island><table>${row}</table></astro-island></figure>`;
  expect(finishProse(`<p>a</p>\n<table>${row}</table>${island}`, '/')).toBe(
    `<p>a</p>\n<table tabindex="0"><thead><tr><td></td><th>IPv4</th></tr></thead></table>${island}`,
  );
});

test('figures are numbered in order', () => {
  const figure = '<figure><rt-figure-number></rt-figure-number></figure>';
  expect(finishProse(figure + figure, '/')).toBe('<figure>Figure 1.</figure><figure>Figure 2.</figure>');
});

test('links get the base path once', () => {
  expect(
    finishProse(
      '<p><a class="x" href="/chapters/dns/#ttl">a</a><a href="//x">b</a><a href="#c">c</a></p>',
      '/course/',
    ),
  ).toBe('<p><a class="x" href="/course/chapters/dns/#ttl">a</a><a href="//x">b</a><a href="#c">c</a></p>');
  expect(withBase('/a/', '/course')).toBe('/course/a/');
  expect(withBase('/course/a/', '/course')).toBe('/course/a/');
  expect(withBase('/', '/course')).toBe('/course/');
  expect(withBase('/a/', '/')).toBe('/a/');
});

test('a page allows its own inline scripts by hash, and data needs none', () => {
  expect(
    scriptHashes(
      '<script>a()</script><script type="application/json">{}</script><script src="b.js"></script>',
    ),
  ).toHaveLength(1);
  // printf 'a()' | openssl dgst -sha256 -binary | base64
  expect(scriptHashes('<script>a()</script>')).toEqual([
    "'sha256-qVpDBgj7bpq5hMAcGp3AOc79J3Y1Z4HvySTwKrWDoy4='",
  ]);
  expect(policy('<p>')).toContain("object-src 'none'");
  expect(secure('<html data-theme="dark"><head><meta charset="utf-8"><title>x</title>')).toMatch(
    /^<html data-theme="light"><head><meta charset="utf-8"><meta http-equiv=/,
  );
});
