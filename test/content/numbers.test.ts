// No number that a run can give is typed into prose: it is a <Claim>, which is evaluated when the page is built.
import { expect, test } from 'vitest';
import { pages, proseOf } from './prose.ts';

/** Digits that name something instead of counting it. */
const names = [
  /\bRFC \d+/g,
  /§\d+(\.\d+)*/g,
  /\b(19|20)\d\d\b/g,
  /\bHTTP\/\d(\.\d)?/g,
  /\bTLS 1\.\d/g,
  /\b(IP|ICMP|DHCP)v[46]\b/g,
  /\bchapter \d+/gi,
  /\bCC BY 4\.0|Attribution 4\.0/g,
  /\bLinux \d+(\.\d+)*/g,
  /\bSource Sans 3\b/g,
  /\bport \d+\b/g,
];

/** Numbers that no run can give, each with its reason. */
const exceptions: readonly { readonly file: string; readonly text: string; readonly why: string }[] = [
  {
    file: 'reference/fidelity.mdx',
    text: 'within 2 % of what Linux took',
    why: 'the margin of test/net/transport/linux-ground-truth.test.ts, which no run gives',
  },
  { file: 'reference/fidelity.mdx', text: '100 (Continue)', why: 'the name of a status code' },
];

/** `three packets` is a number too. One of something is language; so are fractions that are not measured. */
const spelled =
  /\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|fifty|hundred|thousand)\s+(milliseconds?|seconds|packets|bytes|queries|questions|machines|connections|round trips)\b/gi;

function numbersIn(file: string, body: string): string[] {
  let text = proseOf(body, { notes: false });
  for (const { text: allowed } of exceptions.filter((one) => one.file === file))
    text = text.replaceAll(allowed, '');
  for (const name of names) text = text.replace(name, '');
  return [...text.matchAll(/\d[\d.,]*/g), ...text.matchAll(spelled)].map(
    ({ 0: found, index }) =>
      `${found} in “${text.slice(Math.max(0, index - 30), index + 30).replace(/\s+/g, ' ')}”`,
  );
}

test.each(pages())('$file types no number', ({ file, body }) => {
  expect(numbersIn(file, body)).toEqual([]);
});

test('a typed number is found, a claim, a note, code and names are not', () => {
  expect(numbersIn('x.mdx', 'It takes 202 ms.')).toHaveLength(1);
  expect(numbersIn('x.mdx', '<Figure caption="after 25 ms" id="f1"></Figure>')).toHaveLength(1);
  expect(numbersIn('x.mdx', 'It sends three packets.')).toHaveLength(1);
  expect(
    numbersIn('x.mdx', `It takes <Claim name="ttfb" set={{ loss: '5%' }} />.<Note>RFC 1: 7 of 9.</Note>`),
  ).toEqual([]);
  expect(numbersIn('x.mdx', 'HTTP/1.1 in 2026, RFC 9112 §9.3, chapter 4, `port 8080`\n```\n1\n```')).toEqual(
    [],
  );
});

test('every exception is still needed', () => {
  const all = pages();
  for (const { file, text, why } of exceptions) {
    expect(why.length, text).toBeGreaterThan(10);
    expect(all.find((page) => page.file === file)?.body, `${file} no longer says “${text}”`).toContain(text);
  }
});
