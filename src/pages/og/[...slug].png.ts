import { getCollection } from 'astro:content';
import type { APIRoute, GetStaticPaths } from 'astro';
import { terminalWorlds } from '~components/engine/server.ts';
import { card } from '../../site/card.ts';
import { playgrounds } from '../../site/playgrounds.ts';

interface Props {
  title: string;
  over: string;
  summary: string;
}

export const getStaticPaths = (async () => {
  const pages = await getCollection('docs');
  return [
    {
      params: { slug: 'index' },
      props: { title: 'Press Enter. Follow one request, there and back.', over: '', summary: '' },
    },
    {
      params: { slug: '404' },
      props: { title: 'The request arrived. The page is not here.', over: '', summary: '' },
    },
    { params: { slug: 'progress' }, props: { title: 'Progress', over: '', summary: '' } },
    {
      params: { slug: 'labs' },
      props: {
        title: 'Incident labs',
        over: '',
        summary: 'Something is broken. Find out what, and mend it.',
      },
    },
    {
      params: { slug: 'playgrounds' },
      props: {
        title: 'Playgrounds',
        over: '',
        summary: 'Real Node code on a simulated network. Run it, change it.',
      },
    },
    ...(await playgrounds()).map(({ project }) => ({
      params: { slug: `playgrounds/${project.name}` },
      props: { title: project.title, over: 'Playground', summary: project.summary },
    })),
    { params: { slug: 'review' }, props: { title: 'Review', over: '', summary: '' } },
    ...terminalWorlds().map(({ name, title, summary }, i) => ({
      params: { slug: i === 0 ? 'terminal' : `terminal/${name}` },
      props: { title: i === 0 ? 'A prompt on every machine' : title, over: 'Terminal', summary },
    })),
    ...pages.map(({ id, data }) => ({
      params: { slug: id },
      props: {
        title: data.title,
        over: data.chapter === undefined ? '' : `Chapter ${data.chapter}`,
        summary: data.summary ?? data.description ?? '',
      },
    })),
  ];
}) satisfies GetStaticPaths;

export const GET: APIRoute<Props> = ({ props }) =>
  new Response(new Uint8Array(card(props.title, props.over, props.summary)), {
    headers: { 'Content-Type': 'image/png' },
  });
