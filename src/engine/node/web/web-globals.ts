/**
 * The interfaces of the web that Node's programs find without requiring them.
 */
import { checkFunction } from '../arguments.ts';
import type { NodeProcess } from '../node-process.ts';
import { abort } from './abort.ts';
import { base64 } from './base64.ts';
import { blobs } from './blob.ts';
import { clock } from './clock.ts';
import { domExceptions } from './dom-exception.ts';
import { eventTargets } from './event-target.ts';
import { fetchFunction } from './fetch.ts';
import { formDatas } from './form-data.ts';
import { headersInterface } from './headers.ts';
import { locale } from './locale.ts';
import { performanceInterfaces } from './performance.ts';
import { requests } from './request.ts';
import { responses } from './response.ts';
import { webStreams } from './streams.ts';
import { structuredCloning } from './structured-clone.ts';
import { textCoding } from './text-coding.ts';
import { urlClass } from './url.ts';
import { webCrypto } from './web-crypto.ts';

export function webGlobals(node: NodeProcess) {
  const { Event, CustomEvent, EventTarget } = node.load(eventTargets);
  const { Blob, File } = node.load(blobs);
  return {
    ...node.load(domExceptions),
    Event,
    CustomEvent,
    EventTarget,
    ...node.load(abort),
    ...node.load(webStreams),
    Blob,
    File,
    FormData: node.load(formDatas).FormData,
    ...node.load(fetchFunction),
    Headers: node.load(headersInterface).Headers,
    Request: node.load(requests).Request,
    Response: node.load(responses).Response,
    ...node.load(urlClass),
    ...node.load(textCoding),
    ...node.load(base64),
    ...node.load(structuredCloning),
    ...node.load(performanceInterfaces),
    ...node.load(webCrypto),
    ...node.load(clock),
    ...node.load(locale),
    queueMicrotask(callback: unknown): void {
      checkFunction(callback, 'callback');
      queueMicrotask(() => node.call(callback as () => void));
    },
  };
}
