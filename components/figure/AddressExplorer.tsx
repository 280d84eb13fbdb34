// The address explorer: type an address or a prefix in any notation, and see how it is read, its bits, its network, its
// kind, who may see it; and whether a second address is a neighbour. Drawn by the build for its first address.
import '../unseen.css';
import './address-explorer.css';
import { Fragment } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { familyOf, formatCidr, formatIp } from '../engine/addresses.ts';
import { Spec } from '../player/Spec.tsx';
import { AddressBits, power } from './AddressBits.tsx';
import { Aloud } from './Aloud.tsx';
import { canonicalText, compareTyped, type Fact, factsOf, kindText, reachText } from './address-facts.ts';
import { type Fault, type Reading, readTyped } from './address-reading.ts';

interface Props {
  /** Of its parts on the page: more than one explorer may stand there. */
  readonly id: string;
  readonly initial: string;
  /** The second address, empty where the reader is to choose. */
  readonly other?: string;
  /** Texts to try, as buttons under the field. */
  readonly tries?: readonly string[];
}

const TRIES = [
  '127.1',
  '010.0.0.1',
  '100.64.0.1/10',
  '10.1.2.3 255.255.240.0',
  'fe80::200:5eff:fe00:5301%eth0',
  '2001:db8::/32',
  '[::ffff:192.0.2.80]:443',
];

export function AddressExplorer({ id, initial, other = '', tries = TRIES }: Props) {
  const [typed, setTyped] = useState(initial);
  const [second, setSecond] = useState(other);
  const field = useRef<HTMLInputElement>(null);
  const secondField = useRef<HTMLInputElement>(null);
  const read = readTyped(typed);
  // What was right last stays in view while the next is being typed
  const good = useRef<Reading | undefined>(undefined);
  if (!isFault(read)) good.current = read;
  const shown = good.current;
  const compared = second.trim() === '' ? undefined : readTyped(second);

  const put = (text: string) => {
    // The field is the reader's: it is written to only when they ask for another text
    if (field.current) field.current.value = text;
    setTyped(text);
  };
  useEffect(() => {
    // Typed before this came to life
    if (field.current && field.current.value !== initial) setTyped(field.current.value);
    if (secondField.current && secondField.current.value !== other) setSecond(secondField.current.value);
  }, []);

  return (
    <div class="addr">
      <div class="addr-head">
        <label for={`${id}-field`}>Address or prefix</label>
        <input
          ref={field}
          id={`${id}-field`}
          class="addr-input"
          {...plainText}
          defaultValue={initial}
          aria-describedby={`${id}-read`}
          aria-invalid={isFault(read)}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
        <p id={`${id}-read`} class={`addr-read${isFault(read) ? ' addr-fault' : ''}`}>
          {isFault(read) ? (
            <>
              {read.fault}
              {shown && typed.trim() !== '' && <span> Below is still {canonicalText(shown)}.</span>}
            </>
          ) : (
            <>
              Read as {read.notation}.{read.hint && ` ${read.hint}`}
            </>
          )}
        </p>
        <p class="addr-tries">
          Try{' '}
          {tries.map((text) => (
            <button key={text} type="button" onClick={() => put(text)}>
              {text}
            </button>
          ))}
        </p>
      </div>
      {shown && (
        <div class={`addr-body${isFault(read) ? ' addr-old' : ''}`}>
          {shown.answers.length > 0 && <Readers {...shown} />}
          <AddressBits
            cidr={shown.cidr}
            other={compared && !isFault(compared) ? compared.cidr : undefined}
            onMove={(length) => put(`${shown.head}/${length}`)}
          />
          <dl class="addr-facts">
            <Kind reading={shown} />
            {factsOf(shown).map((fact) => (
              <FactRow key={fact.term} fact={fact} />
            ))}
          </dl>
          <div class="addr-second">
            <label for={`${id}-second`}>Same network?</label>
            <input
              ref={secondField}
              id={`${id}-second`}
              class="addr-input"
              {...plainText}
              defaultValue={other}
              placeholder="another address"
              aria-describedby={`${id}-same`}
              aria-invalid={compared !== undefined && isFault(compared)}
              onInput={(event) => setSecond(event.currentTarget.value)}
            />
            <p id={`${id}-same`}>{compared && <Verdict reading={shown} compared={compared} />}</p>
          </div>
        </div>
      )}
      <Aloud text={aloud(read, compared)} />
    </div>
  );
}

/** Nothing may correct, capitalise or fill in an address. */
const plainText = {
  type: 'text',
  maxLength: 300,
  spellcheck: false,
  autocomplete: 'off',
  autocapitalize: 'off',
  autocorrect: 'off',
} as const;

function isFault(read: Reading | Fault): read is Fault {
  return 'fault' in read;
}

/** Readers that do not agree on one text. */
function Readers({ answers, lesson }: Pick<Reading, 'answers' | 'lesson'>) {
  return (
    <div class="addr-readers">
      <p>{lesson}</p>
      <ul>
        {answers.map(({ who, sees, why }) => (
          <li key={who}>
            <span class="addr-who">{who}</span>
            <span class="addr-sees">{sees === undefined ? 'refuses' : <code>{sees}</code>}</span>
            <span class="addr-words">{why}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Kind({ reading }: { readonly reading: Reading }) {
  const { kind, inside } = kindText(reading);
  const some = inside.slice(0, 4);
  return (
    <>
      <dt>Kind</dt>
      <dd class="addr-kind">
        <strong>{kind.name}</strong>
        {kind.block.prefixLength > 0 && <code>{formatCidr(kind.block)}</code>}
        <span>
          <Spec spec={kind.rfc} />
        </span>
      </dd>
      <dt>Who may see it</dt>
      <dd>
        {kind.seenBy.charAt(0).toUpperCase()}
        {kind.seenBy.slice(1)}. {reachText(kind)}
      </dd>
      {some.length > 0 && (
        <>
          <dt>Inside it</dt>
          <dd>
            {some.map((each, i) => (
              <Fragment key={formatCidr(each.block)}>
                {i > 0 && ', '}
                {each.name} <code>{formatCidr(each.block)}</code>
              </Fragment>
            ))}
            {inside.length > some.length && (
              <span class="addr-words">and {inside.length - some.length} more</span>
            )}
          </dd>
        </>
      )}
    </>
  );
}

function FactRow({ fact: { term, code, between, words } }: { readonly fact: Fact }) {
  return (
    <>
      <dt>{term}</dt>
      <dd>
        {code.map((text, i) => (
          <Fragment key={text}>
            {i > 0 && <span class="addr-words"> {between} </span>}
            <code>{text}</code>
          </Fragment>
        ))}
        {words !== '' && (
          <span class="addr-words addr-behind"> {words.includes('^') ? withPower(words) : words}</span>
        )}
      </dd>
    </>
  );
}

/** `2^64 addresses`: the first word is the number. */
function withPower(words: string) {
  const space = words.indexOf(' ');
  return (
    <>
      {power(words.slice(0, space))}
      {words.slice(space)}
    </>
  );
}

function Verdict({ reading, compared }: { readonly reading: Reading; readonly compared: Reading | Fault }) {
  if (isFault(compared)) return <span class="addr-fault">{compared.fault}</span>;
  const { text } = compareTyped(reading, compared);
  const end = text.indexOf('. ') + 1;
  const marks = familyOf(reading.cidr.address) === familyOf(compared.cidr.address) && end > 0;
  return (
    <>
      <strong>{text.slice(0, end)}</strong>
      {text.slice(end)}
      {marks && <span class="addr-words"> Framed above: the bits that differ.</span>}
    </>
  );
}

/** What a listener hears once typing has paused. */
function aloud(read: Reading | Fault, compared: Reading | Fault | undefined): string {
  if (isFault(read)) return read.fault;
  const { kind } = kindText(read);
  const said = `${canonicalText(read)}: ${kind.name}. Who may see it: ${kind.seenBy}.`;
  if (compared === undefined) return said;
  return isFault(compared)
    ? `${said} Other address: ${compared.fault}`
    : `${said} ${formatIp(compared.cidr.address)} in the same network? ${compareTyped(read, compared).text}`;
}
