// A figure of a playground's run: everything can be looked at, and nothing can be changed, because only the sandbox could run
// it again.
import { expect, it } from 'vitest';
import type { Answers } from '../../components/engine/answers.ts';
import { createFigure } from '../../components/engine/figure.ts';
import { readLink } from '../../components/engine/link.ts';
import type { RunRequest } from '../../src/engine/inspect/view.ts';
import { run } from './fixture.ts';

const { view } = run();

function figureOf(playground?: RunRequest['playground']) {
  const asked: string[] = [];
  const answers = new Proxy({} as Answers, {
    // what answers is no promise itself
    get: (_, question: string) =>
      question === 'then'
        ? undefined
        : () => {
            asked.push(question);
            return Promise.resolve(question === 'run' ? view : []);
          },
  });
  const request: RunRequest = { scenario: 'first-request', set: {}, seed: 1, inputs: [] };
  const figure = createFigure({
    id: 'f',
    view,
    request: playground ? { ...request, playground } : request,
    complete: true,
    cursor: 0,
    panels: ['map'],
    live: true,
    answers: () => Promise.resolve(answers),
    reducedMotion: () => true,
  });
  return { figure, asked };
}

const changes = (figure: ReturnType<typeof figureOf>['figure']): void => {
  figure.setKnob('distance', '80ms');
  figure.addInput({ time: 5, what: 'cut', detail: { from: 'isp', to: 'server' } });
  figure.removeInput(0);
  const found = readLink('#rt=first-request;v=1;set.loss=5%25');
  if (found) figure.follow(found.state, found.problems);
};

it('asks for no other run, whatever is done to it', async () => {
  const { figure, asked } = figureOf({ id: 'run-1', digest: view.digest });
  const before = figure.$request.get();
  expect(figure.isFixed).toBe(true);
  changes(figure);
  await new Promise((done) => setTimeout(done, 10));
  expect(asked).not.toContain('run');
  expect(figure.$request.get()).toBe(before);
});

it('answers what it is asked', async () => {
  const { figure, asked } = figureOf({ id: 'run-1', digest: view.digest });
  await Promise.all([figure.tables('laptop', 5), figure.why(1), figure.filter('tcp'), figure.frame(0)]);
  expect(asked.sort()).toEqual(['filter', 'frame', 'tables', 'why']);
});

it('does ask, when its run can be run again', async () => {
  const { figure, asked } = figureOf();
  expect(figure.isFixed).toBe(false);
  changes(figure);
  await new Promise((done) => setTimeout(done, 10));
  expect(asked).toContain('run');
});
