/** A storm of names, and reflection: claims reckoned from what a server can do, sizes of messages, and the limit's law. */
import { describe, expect, it } from 'vitest';
import { MILLISECOND, SECOND } from '../../src/engine/base/units.ts';
import type { Run } from '../../src/engine/scenario/run.ts';
import {
  choicesOf,
  claimed,
  expectNear,
  type Knobs,
  messageOf,
  packetOf,
  recordOf,
  wayOf,
  waysOf,
} from './reckoning.ts';

describe('nxdomain-storm', () => {
  /** Milliseconds that one answer costs the name server. */
  const WORK = 80;
  const LENGTH = 5 * SECOND;
  const names = (rate: number): number => Math.floor(LENGTH / (rate * MILLISECOND));

  it.each(choicesOf('nxdomain-storm', 'names'))('hurts nobody while the server keeps up (%s)', (where) => {
    for (const [rate, cut] of [
      [1000, 'on'],
      [200, 'on'],
      [200, 'off'],
    ] as const) {
      const { run, claims } = claimed('nxdomain-storm', { rate: `${rate}ms`, names: where, cut });
      expect([claims['storm'], claims['tried'], claims['answered']]).toEqual([names(rate), 10, 10]);
      // a customer's lookup meets at most one other that is being answered
      const own = waysOf(run, 'root', 'tld', 'ns1') + WORK * MILLISECOND;
      expect(Number(claims['slowest'])).toBeLessThan(own + WORK * MILLISECOND);
      // RFC 8020: nothing lies below what does not exist; without that, each name costs a question
      if (where === 'zone' || cut === 'off') expect(claims['reached']).toBe(names(rate) + 10);
    }
  });

  it('passes no cache that knows that there is nothing below', () => {
    const { run, claims } = claimed('nxdomain-storm', { names: 'missing', cut: 'on' });
    const first =
      wayOf(run, 'public', 'transit-a', 'root') +
      wayOf(run, 'public', 'transit-a', 'tld') +
      wayOf(run, 'public', 'transit-a', 'transit-b', 'ns1');
    // those that came before the first answer asked all the same
    const before = Math.ceil((first + WORK * MILLISECOND) / (40 * MILLISECOND)) + 1;
    expect(claims['storm']).toBe(names(40));
    expect(Number(claims['reached']) - 10).toBeGreaterThan(0);
    expect(Number(claims['reached']) - 10).toBeLessThanOrEqual(before);
    expect(claims['answered']).toBe(10);
  });

  it.each(['30ms', '40ms'])(
    'leaves customers without an answer when there is more than it can do (%s)',
    (rate) => {
      const sets: Knobs[] = [{}, { cut: 'off' }, { cut: 'off', names: 'missing' }];
      for (const set of sets) {
        const { claims } = claimed('nxdomain-storm', { rate, ...set });
        expect(claims['storm']).toBe(names(Number.parseInt(rate, 10)));
        // whoever is not answered asks again, so that more comes than was asked
        expect(Number(claims['reached'])).toBeGreaterThan(Number(claims['storm']) + 10);
        expect(claims['tried']).toBe(10);
        expect(Number(claims['answered'])).toBeGreaterThanOrEqual(2); // those before the storm
        expect(Number(claims['answered'])).toBeLessThan(10);
        expect(Number(claims['slowest'])).toBeGreaterThan(SECOND);
      }
    },
  );
});

describe('reflection', () => {
  const NAME = 'chaicart.example';
  const QUESTIONS = 60;
  const WHO = ['mail', 'search', 'shop', 'chat', 'news', 'maps', 'wiki', 'cloud'];
  /** Lengths of the texts: SPF, and the proofs of ownership. */
  const TEXTS = [
    'v=spf1 mx -all'.length,
    ...WHO.map((who) => `${who}-proof-of-ownership=`.length + 4 * 24 + 1),
  ];
  const question = packetOf(messageOf(NAME));
  const answers: Readonly<Record<string, number>> = {
    txt: packetOf(messageOf(NAME) + TEXTS.reduce((sum, text) => sum + recordOf(1 + text), 0)),
    // RFC 8482 §4.1: one set is enough, and the SOA is the first: two names that end in a pointer, and five numbers
    any: packetOf(messageOf(NAME) + recordOf('ns1'.length + 3 + 'hostmaster'.length + 3 + 20)),
    a: packetOf(messageOf(NAME) + recordOf(4)),
  };

  it.each(Object.keys(answers))('is the size of the answer by that of the question (%s)', (what) => {
    const { run, claims } = claimed('reflection', { question: what });
    const expected = answers[what]! / question;
    expect([claims['sent'], claims['received']]).toEqual([QUESTIONS * question, QUESTIONS * answers[what]!]);
    expect([claims['questions'], claims['answers'], claims['limited']]).toEqual([QUESTIONS, QUESTIONS, 0]);
    expect(Math.abs(Number.parseFloat(String(claims['amplification'])) - expected)).toBeLessThanOrEqual(
      expected < 10 ? 0.05 : 0.5,
    );
    expectNear(claims['found'], walk(run));
  });

  const walk = (run: Run): number => waysOf(run, 'resolver', 'root', 'tld', 'ns1');

  /** An account earns five answers a second, holds as many at most, and pays for each, also for those left out. */
  function whole(): number {
    let balance = 1000;
    let sent = 0;
    for (let i = 0; i < QUESTIONS; i++) {
      balance = Math.min(1000, balance + 25) - 1000 / 5;
      if (balance >= 0) sent++;
    }
    return sent;
  }

  it.each(Object.keys(answers))('is less than nothing won where like answers are limited (%s)', (what) => {
    const { run, claims } = claimed('reflection', { question: what, limit: 'on' });
    const sent = whole();
    expect([claims['questions'], claims['answers'], claims['limited']]).toEqual([
      QUESTIONS,
      sent,
      QUESTIONS - sent,
    ]);
    // every second one of the others goes as the question with TC; Maya's own may come between
    const received = sent * answers[what]! + Math.floor((QUESTIONS - sent) / 2) * question;
    expect(Math.abs(Number(claims['received']) - received)).toBeLessThanOrEqual(question);
    // her resolver lives in the same network: it is told to come over TCP, a handshake and the question again
    expectNear(claims['found'], walk(run) + waysOf(run, 'ns1', 'ns1'), 6);
  });

  it('is nothing that the victim had asked for', () => {
    const { run } = claimed('reflection');
    const { trace } = run.world;
    const dropped = [...trace.events(['udp.drop'])].filter(({ node }) => node === 'home-router');
    expect(dropped).toHaveLength(QUESTIONS);
    // and Eve hears nothing of it
    const heard = [...trace.events(['frame.delivered'])].filter(({ node }) => node === 'eve');
    expect(heard).toHaveLength(0);
  });
});
